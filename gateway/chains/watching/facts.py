"""What a watcher must know of its chain; read again now and then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.chains.addresses import parse_address
from gateway.chains.create2 import Factory
from gateway.chains.errors import ChainMismatch, MalformedAnswer
from gateway.chains.models import Chain, Token

VALUE_MAX_AGE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class KnownToken:
    code: str
    decimals: int
    value_usd_e8: int | None


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """A chain's tokens and factories.

    Attributes:
        tokens: every token we know by contract, accepted or not.
        native: the native coin.
        factories: by address; all of them report what they sweep.
    """

    chain_id: int
    tokens: dict[bytes, KnownToken]
    native: KnownToken
    factories: dict[bytes, Factory]

    def token(self, address: bytes | None) -> KnownToken:
        """The token at an address, None being the native coin.

        Raises:
            MalformedAnswer: the node told of a contract that wasn't asked about.
        """
        if address is None:
            return self.native
        try:
            return self.tokens[address]
        except KeyError:
            raise MalformedAnswer(f"a log of 0x{address.hex()}, which wasn't asked for") from None


def read_chain(chain_id: int) -> Chain:
    """One query.

    Raises:
        ChainMismatch: it was never synced.
    """
    chain = Chain.objects.filter(id=chain_id).first()
    if chain is None:
        raise ChainMismatch(
            f"Chain {chain_id} was never synced.", hint="Run manage.py chains_sync."
        )
    return chain


def read_facts(chain: Chain, *, now: datetime) -> ChainFacts:
    """The chain's tokens, and the factories it must know. One query.

    Raises:
        ChainMismatch: it has no native coin.
    """
    tokens: dict[bytes, KnownToken] = {}
    native: KnownToken | None = None
    for token in Token.objects.filter(chain_id=chain.id):
        if token.address is None:
            native = _known(token, now=now)
        else:
            tokens[bytes(token.address)] = _known(token, now=now)
    if native is None:
        raise ChainMismatch(f"Chain {chain.id} has no native coin.")
    factories = _factories(chain)
    return ChainFacts(
        chain_id=chain.id,
        tokens=tokens,
        native=native,
        factories={factory.address: factory for factory in factories},
    )


def _known(token: Token, *, now: datetime) -> KnownToken:
    is_fresh = token.value_at is not None and now - token.value_at <= VALUE_MAX_AGE
    return KnownToken(
        code=token.code,
        decimals=token.decimals,
        value_usd_e8=token.value_usd_e8 if is_fresh or token.peg == "USD" else None,
    )


def _factories(chain: Chain) -> list[Factory]:
    """The one of today, and those that are still swept."""
    return [
        Factory(
            address=bytes(chain.factory_address),
            version=chain.factory_version,
            init_code_hash=bytes(chain.factory_init_code_hash),
        ),
        *(
            Factory(
                address=parse_address(former["address"]),
                version=former["version"],
                init_code_hash=bytes.fromhex(former["init_code_hash"]),
            )
            for former in chain.former_factories
        ),
    ]
