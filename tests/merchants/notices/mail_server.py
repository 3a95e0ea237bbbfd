"""A mail server that keeps what it is handed: as much of SMTP as is spoken to it (RFC 5321)."""

import email
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """Attributes:
    connections: how many were made.
    refusing: answers to RCPT by address, "550 no such user".
    drops_after_data: the connection is cut once the message is kept, before the answer.
    """

    port: int = 0
    connections: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    refusing: dict[str, str] = field(default_factory=dict)
    drops_after_data: bool = False

    @property
    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.taken]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    kept = MailServer()

    class Conversation(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            kept.connections += 1
            self.say("220 here")
            while line := self.rfile.readline():
                verb = line.split()[0].upper() if line.split() else b""
                match verb:
                    case b"RCPT":
                        address = line.partition(b"<")[2].partition(b">")[0].decode()
                        self.say(kept.refusing.get(address, "250 fine"))
                    case b"DATA":
                        self.say("354 go on")
                        kept.taken.append(self.message())
                        if kept.drops_after_data:
                            return
                        self.say("250 kept")
                    case b"QUIT":
                        self.say("221 bye")
                        return
                    case _:
                        self.say("250 fine")

        def message(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line[1:] if line.startswith(b"..") else line)
            return email.message_from_bytes(b"".join(lines), policy=policy.default)

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation)
    server.daemon_threads = True
    kept.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
