"""An entity as bytes that are the same whenever its publisher says the same. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final
from unicodedata import normalize

import msgspec

from gateway.compliance.listed.entities import (
    ListedEntity,
    ListedName,
    ListedWallet,
    NameStrength,
)
from gateway.compliance.listed.errors import ListUnreadable
from gateway.compliance.listed.wallets import wallet_key

MAX_ID = 500
MAX_WALLET = 300

# JSON's escape of it, not behind the backslash of an escaped backslash.
_NUL: Final = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_STRENGTHS: Final[tuple[NameStrength, ...]] = ("primary", "strong", "weak")
_DECODER = msgspec.json.Decoder(ListedEntity)


@dataclass(frozen=True, slots=True)
class Content:
    """An entity, written down.

    Attributes:
        text: canonical JSON of the whole entity; what does not change its meaning (the order of
            its names, how a letter is composed) does not change it.
        hash: SHA-256 of the same with its addresses as their keys: another spelling of one is no
            change.
        wallets: the keys (``wallets.wallet_key``) of its addresses, each once.
    """

    id: str
    text: str
    hash: bytes
    wallets: tuple[str, ...]


def content_of(entity: ListedEntity) -> Content:
    """Write an entity down.

    Raises:
        ListUnreadable: it has no id, neither a name nor an address, one longer than anything can
            be, or a NUL character.
    """
    kept = canonical(entity)
    if not kept.id or not (kept.names or kept.wallets):
        raise ListUnreadable(f"Entity {kept.id[:60]!r} of {kept.source} has no id or no name.")
    if len(kept.id) > MAX_ID or any(len(wallet.text) > MAX_WALLET for wallet in kept.wallets):
        raise ListUnreadable(f"Entity {kept.id[:60]!r} of {kept.source} is no entity.")
    text = _written(kept)
    if _NUL.search(text):
        raise ListUnreadable(f"Entity {kept.id[:60]!r} of {kept.source} holds a NUL character.")
    keys = tuple((wallet.chain, wallet_key(wallet.text)) for wallet in kept.wallets)
    meant = text if not keys else _written(replace(kept, wallets=_wallets(keys)))
    return Content(
        id=kept.id,
        text=text,
        hash=sha256(meant.encode()).digest(),
        wallets=tuple(dict.fromkeys(key for _, key in keys)),
    )


def _wallets(keys: Iterable[tuple[str, str]]) -> tuple[ListedWallet, ...]:
    return tuple(ListedWallet(chain, key) for chain, key in sorted(set(keys)))


def _written(entity: ListedEntity) -> str:
    return msgspec.json.encode(entity, order="deterministic").decode()


def entity_of(text: str | bytes) -> ListedEntity:
    """The entity that ``content_of`` wrote down."""
    return _DECODER.decode(text)


def list_hash(contents: Iterable[Content]) -> bytes:
    """The hash of a whole list: of its entities' ids and contents, in whatever order they came."""
    digest = sha256()
    for content in sorted(contents, key=lambda one: one.id):
        name = content.id.encode()
        digest.update(len(name).to_bytes(4, "big") + name + content.hash)
    return digest.digest()


def canonical(entity: ListedEntity) -> ListedEntity:
    """The same entity, each thing said once and in one order."""
    strongest: dict[str, int] = {}
    for name in entity.names:
        full, strength = _plain(name.full), _STRENGTHS.index(name.strength)
        if full:
            strongest[full] = min(strength, strongest.get(full, strength))
    names = sorted(strongest.items(), key=lambda item: (item[1], item[0]))
    return ListedEntity(
        source=entity.source,
        id=_plain(entity.id),
        kind=entity.kind,
        names=tuple(ListedName(full, _STRENGTHS[strength]) for full, strength in names),
        birth_dates=tuple(
            sorted(
                set(entity.birth_dates),
                key=lambda date: (date.year, date.month or 0, date.day or 0, date.circa),
            )
        ),
        countries=tuple(sorted(set(entity.countries))),
        ids=tuple(sorted(set(entity.ids), key=lambda one: (one.kind, one.number, one.country))),
        wallets=tuple(sorted(set(entity.wallets), key=lambda one: (one.chain, one.text))),
        programs=tuple(sorted(set(entity.programs))),
        remarks=_plain(entity.remarks),
    )


def _plain(text: str) -> str:
    return normalize("NFC", " ".join(text.split()))
