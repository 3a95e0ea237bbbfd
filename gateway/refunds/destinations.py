"""Where money may be sent: never to nobody, never to what is the house's own."""

from django.db.models import Q

from gateway.chains.addresses import ADDRESS_BYTES, parse_address
from gateway.chains.configuration import configured_chains
from gateway.chains.errors import BadAddress
from gateway.chains.models import Chain, DepositAddress, Token
from gateway.refunds.errors import DestinationRefused


def destination_read(text: str) -> bytes:
    """An address that somebody typed or pasted, checked as far as an address alone can be.

    Raises:
        BadAddress: the shape, or the checksum of EIP-55.
        DestinationRefused: it is nobody's, or the house's own. Five queries.
    """
    try:
        address = parse_address(text.strip())
    except BadAddress as error:
        error.field = "address"
        raise
    check_destination(address)
    return address


def check_destination(address: bytes) -> None:
    """Raises DestinationRefused."""
    if len(address) != ADDRESS_BYTES or not any(address):
        raise DestinationRefused("This address is nobody's.")
    if DepositAddress.objects.filter(address=address).exists():
        raise DestinationRefused("This is the address of a payment, not of a wallet.")
    if (
        Token.objects.filter(address=address).exists()
        or Chain.objects.filter(Q(treasury=address) | Q(factory_address=address)).exists()
        or address in _named_in_settings()
    ):
        raise DestinationRefused("This is a contract or an account of the network's, not a wallet.")


def _named_in_settings() -> set[bytes]:
    """Every address that a chain's settings name: operators, former factories, routers, pools."""
    found: set[bytes] = set()
    for chain in configured_chains():
        for text in _texts([chain.operator_or_treasury, chain.treasury, chain.venues]):
            try:
                found.add(parse_address(text))
            except BadAddress:
                continue
    for former in Chain.objects.values_list("former_factories", flat=True):
        found.update(parse_address(each["address"]) for each in former)
    return found


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    return []
