"""The command ``tillway``."""

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NoReturn

from tillway.client import KEY_VARIABLE, URL_VARIABLE, Tillway
from tillway.errors import KeyRefused, Misconfigured, TillwayError, Unreachable
from tillway.listening.choosing import filters_in
from tillway.listening.following import Follower, moment_in
from tillway.listening.forwarding import Laptop, key_name, local_secret
from tillway.listening.keeping import Keeper
from tillway.listening.ringing import Bell
from tillway.listening.running import Listening
from tillway.version import __version__

LIVE_PREFIXES: Final = ("tw_live_", "twlive")
SECRET_VARIABLE: Final = "TILLWAY_WEBHOOK_SECRET"  # noqa: S105 (a variable's name)
REFUSED: Final = 2
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it was ended, 2 when it can't be done, 130 when it was interrupted before it began."""
    chosen = _parser().parse_args(arguments)
    try:
        return _listen(chosen)
    except KeyboardInterrupt:
        return INTERRUPTED
    except TillwayError as error:
        sys.stderr.write(f"tillway: {error.message}\n")
        for line in (error.hint, _way_out(error)):
            if line:
                sys.stderr.write(f"  {line}\n")
        if error.request_id:
            sys.stderr.write(f"  Request {error.request_id}.\n")
        return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tillway", description="Tillway for developers.")
    parser.add_argument("--version", action="version", version=f"tillway {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listen = commands.add_parser(
        "listen",
        help="forward the shop's events to a receiver on this machine",
        description="Forward the shop's events to a receiver on this machine, as webhooks come.",
    )
    listen.add_argument(
        "--forward", required=True, metavar="URL", help="such as http://localhost:3000/hook"
    )
    listen.add_argument(
        "--events",
        action="append",
        default=[],
        metavar="TYPES",
        help="types or groups, with commas: invoice.*,refund.completed; all if unset",
    )
    listen.add_argument(
        "--since", metavar="TIME", help="15m, 2h, 1d or 2026-11-24T12:00:00Z; from now on if unset"
    )
    listen.add_argument(
        "--resume",
        type=Path,
        metavar="FILE",
        help="keep there where it stands, and go on from there when it is begun again",
    )
    listen.add_argument("--url", help=f"the gateway's address; {URL_VARIABLE} if unset")
    listen.add_argument(
        "--key", help=f"an API key with the scope events:read; better in {KEY_VARIABLE}"
    )
    listen.add_argument(
        "--secret", help=f"the secret that signs; {SECRET_VARIABLE}, or the key's own, if unset"
    )
    listen.add_argument("--live", action="store_true", help="take a live key")
    return parser


def _listen(chosen: argparse.Namespace) -> int:
    key = chosen.key or os.environ.get(KEY_VARIABLE) or ""
    if key.startswith(LIVE_PREFIXES) and not chosen.live:
        raise Misconfigured(
            "This is a live key: real customers' events would be forwarded.",
            hint="Use a tw_test_… key, or say --live if you mean it.",
        )
    filters = filters_in(chosen.events)
    since = moment_in(chosen.since, now=datetime.now(UTC)) if chosen.since else None
    # A lost connection is told of at once and waited for here.
    client = Tillway(key, url=chosen.url, retries=0)
    given = chosen.secret or os.environ.get(SECRET_VARIABLE)
    source = "--secret" if chosen.secret else SECRET_VARIABLE
    secret = given or local_secret(key)
    laptop = Laptop(url=chosen.forward, secret=secret)
    keeper = Keeper(chosen.resume, whose=f"{client.url} {key_name(key)}") if chosen.resume else None
    place = keeper.read() if keeper and since is None else None
    follower = Follower(client, since=since, place=place)
    follower.start()
    if keeper:
        keeper.keep(follower.place)  # whoever ends before anything happened goes on from here too
    _say(f"Forwarding {', '.join(filters)} to {laptop.url}")
    if place is not None:
        _say(f"Going on where {chosen.resume} says")
    # A secret that was given may be a real endpoint's: it stays out of terminals and their logs.
    _say(f"Signed with {f'the secret of {source}' if given else laptop.secret}")
    try:
        with Bell(client) as bell:
            listening = Listening(
                follower=follower,
                laptop=laptop,
                filters=filters,
                say=_say,
                rest=bell.rest,
                kept=keeper.keep if keeper else None,
            )
            _say("Ready. Events come as they happen. Ctrl-C ends this.")
            listening.run()
    except KeyboardInterrupt:
        _say("")
        if keeper is None and listening.last is not None:
            _say(f"To go on from here: --since {listening.last.timestamp.isoformat()}")
    return 0


def _way_out(error: TillwayError) -> str:
    """What the command can be given, where the gateway's own hint doesn't know of it."""
    if isinstance(error, Unreachable):
        return f"It is --url, or {URL_VARIABLE}."
    if isinstance(error, KeyRefused):
        return f"The key is --key, or {KEY_VARIABLE}; it needs the scope events:read."
    return ""


def _say(line: str) -> None:
    """At once, also into a pipe."""
    print(line, flush=True)  # noqa: T201 (what a command says)


def run() -> NoReturn:
    """The console script."""
    sys.exit(main())
