"""Feeds broken in every way, at a publisher on loopback, each through the product's refresh."""

import gzip
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.compliance.listed.files import FILES
from tests.compliance.publishers import Publisher, publishing

PLAIN = 40
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@dataclass(slots=True)
class Fault:
    """A way to break a feed: what it does to the publisher, and what of the settings changes."""

    name: str
    format: str
    break_it: Callable[[Publisher, dict[str, str]], None]
    settings: dict[str, Any] = field(default_factory=dict)
    later: timedelta = timedelta(0)


def feed_faults(listed: bytes, *, seed: int) -> dict[str, bool]:
    """Each fault, and whether it passed: it put anything in force, or nobody was told of it."""
    return {fault.name: _passes(fault, listed) for fault in _faults(seed)}


def _passes(fault: Fault, listed: bytes) -> bool:
    from gateway.compliance.errors import ListEmpty
    from gateway.compliance.feeds import feeds_watch
    from gateway.compliance.freshness import STALE_AFTER_SECONDS
    from gateway.compliance.listed.errors import ListError
    from gateway.compliance.listed.feeds import read_feeds
    from gateway.compliance.models import ListSource
    from gateway.compliance.refreshing import list_refresh
    from gateway.compliance.selectors import feed_state, is_listed
    from gateway.invoices.issuing import feeds_refused

    now = datetime.now(UTC)
    name = "f" + sha256(fault.name.encode()).hexdigest()[:12]
    with publishing() as publisher:
        paths = _publish(publisher, fault.format, listed)
        given: dict[str, Any] = {
            "name": name,
            "format": fault.format,
            "parts": {part: publisher.url + path for part, path in paths.items()},
        }
        proofs = _proofs(publisher, paths, fault.settings)
        feed = read_feeds([given | proofs])[name]
        first = list_refresh(feed=feed, by="bench", now=now)
        fault.break_it(publisher, paths)
        changed = {key: value for key, value in fault.settings.items() if key != "proof"}
        feed = read_feeds([given | proofs | changed])[name]
        try:
            list_refresh(feed=feed, by="bench", now=now + fault.later)
            refused = False
        except (ListError, ListEmpty):
            refused = True
        source = ListSource.objects.get(name=name)
        kept = source.number == first.version.number and (
            fault.format != "plain" or is_listed(listed)
        )
        said = bool(source.refusal) and source.refused_at is not None
        if fault.later.total_seconds() > STALE_AFTER_SECONDS:
            # Whoever asks for money now is refused, and people were told.
            told = name in feeds_watch(now=now + fault.later)
            said = said and told and feed_state(now=now + fault.later) in feeds_refused("live")
        # It is out of the way of the next.
        ListSource.objects.filter(name=name).update(enabled=False)
    return not (refused and kept and said)


def _publish(publisher: Publisher, format_name: str, listed: bytes) -> dict[str, str]:
    files = dict(FILES[format_name])
    if format_name == "plain":
        lines = [f"0x{listed.hex()}"] + [
            f"0x{number.to_bytes(20, 'big').hex()}" for number in range(1, PLAIN)
        ]
        files = {"list": "\n".join(lines) + "\n"}
    paths = {part: f"/{part}" for part in files}
    for part, text in files.items():
        publisher.files[paths[part]] = text.encode()
    return paths


def _proofs(
    publisher: Publisher, paths: dict[str, str], settings: dict[str, Any]
) -> dict[str, Any]:
    proof, path = settings.get("proof"), paths.get("list", "")
    if proof == "sha256":
        publisher.files["/sum"] = sha256(publisher.files[path]).hexdigest().encode()
        return {"sha256": {"list": f"{publisher.url}/sum"}}
    if proof == "signature":
        key = Ed25519PrivateKey.generate()
        publisher.files["/sig"] = key.sign(publisher.files[path])
        return {
            "signatures": {"list": f"{publisher.url}/sig"},
            "public_key": key.public_key().public_bytes_raw().hex(),
        }
    return {}


def _faults(seed: int) -> list[Fault]:
    found = []
    for name in FILES:
        part = "sdn" if name == "ofac-csv" else "list"
        found += [
            Fault(f"{name}: empty", name, _replace(part, lambda body: b"")),
            Fault(f"{name}: an error page", name, _replace(part, lambda body: b"<html>502</html>")),
            Fault(f"{name}: cut on the way", name, _cut(part)),
            Fault(f"{name}: no UTF-8", name, _replace(part, lambda body: b"\xff\xfe" + body[:-1])),
            Fault(f"{name}: gone", name, _status(part, 404)),
            Fault(f"{name}: a server's error", name, _status(part, 500)),
            Fault(f"{name}: sent elsewhere", name, _redirect(part, "https://example.com/")),
            Fault(f"{name}: packed and cut", name, _packed(part, cut=True)),
            Fault(f"{name}: stale", name, _status(part, 503), later=timedelta(hours=25)),
        ]
        if name.endswith("xml"):
            found += [
                Fault(f"{name}: cut at {share} %", name, _replace(part, _keep(share)))
                for share in (20, 50, 80, 99)
            ]
            found.append(Fault(f"{name}: entities", name, _replace(part, _with_doctype)))
    for file in ("sdn", "alt", "add"):
        cut = _replace(file, lambda body: b"\r\n".join(body.split(b"\r\n")[:-2]) + b"\r\n")
        found.append(Fault(f"ofac-csv: {file} cut at a line's end", "ofac-csv", cut))
        found.append(Fault(f"ofac-csv: {file} gone", "ofac-csv", _status(file, 404)))
    torn = _replace("alt", lambda body: body.replace(b"36,12", b"99,12"))
    found.append(Fault("ofac-csv: files of two days", "ofac-csv", torn))
    shrink = _replace("list", lambda body: b"\n".join(body.split(b"\n")[:31]) + b"\n")
    more = b"0x" + b"ee" * 20 + b"\n"
    found += [
        Fault("plain: shrunken", "plain", shrink),
        Fault("plain: a line cut", "plain", _replace("list", lambda body: body[:-9])),
        Fault("plain: only comments", "plain", _replace("list", lambda body: b"# none\n" * 9)),
        Fault(
            "plain: too large", "plain", _replace("list", lambda body: b"#" * 2**21), {"max_mb": 1}
        ),
        Fault("plain: a bomb", "plain", _packed("list", cut=False), {"max_mb": 1}),
        Fault("plain: in circles", "plain", _redirect("list", "/list")),
        Fault(
            "plain: sent to a private address",
            "plain",
            _redirect("list", "https://10.0.0.1/"),
            {"redirect_hosts": ["10.0.0.1"]},
        ),
        Fault(
            "plain: mis-hashed", "plain", _replace("list", lambda body: body + more),
            {"proof": "sha256"},
        ),
        Fault(
            "plain: badly signed", "plain", _replace("list", lambda body: body + more),
            {"proof": "signature"},
        ),
    ]  # fmt: skip
    return found


Breaking = Callable[[Publisher, dict[str, str]], None]


def _replace(part: str, change: Callable[[bytes], bytes]) -> Breaking:
    def breaks(publisher: Publisher, paths: dict[str, str]) -> None:
        publisher.files[paths[part]] = change(publisher.files[paths[part]])

    return breaks


def _keep(share: int) -> Callable[[bytes], bytes]:
    return lambda body: body[: len(body) * share // 100]


def _with_doctype(body: bytes) -> bytes:
    head, _, rest = body.partition(b"?>")
    return head + b"?>" + BOMB.encode() + rest


def _cut(part: str) -> Breaking:
    def breaks(publisher: Publisher, paths: dict[str, str]) -> None:
        path = paths[part]
        publisher.files[path] += b"\n"
        publisher.cut[path] = len(publisher.files[path]) * 9 // 10

    return breaks


def _status(part: str, status: int) -> Breaking:
    def breaks(publisher: Publisher, paths: dict[str, str]) -> None:
        publisher.status[paths[part]] = status

    return breaks


def _redirect(part: str, target: str) -> Breaking:
    def breaks(publisher: Publisher, paths: dict[str, str]) -> None:
        publisher.redirects[paths[part]] = target

    return breaks


def _packed(part: str, *, cut: bool) -> Breaking:
    def breaks(publisher: Publisher, paths: dict[str, str]) -> None:
        path = paths[part]
        body = publisher.files[path] if cut else b"\n" * 2**23
        packed = gzip.compress(body)
        publisher.files[path] = packed[:-12] if cut else packed
        publisher.packed.add(path)

    return breaks
