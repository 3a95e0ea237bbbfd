"""What pools are asked and how they answer: selectors, topics, and words of 32 bytes. Pure."""

from gateway.chains.errors import MalformedAnswer

GET_RESERVES = "0x0902f1ac"
TOKEN0 = "0x0dfe1681"
TOKEN1 = "0xd21220a7"
SLOT0 = "0x3850c7bd"
LIQUIDITY = "0x1a686502"
FEE = "0xddca3f43"
TICK_SPACING = "0xd0c93a7c"
TICK_BITMAP = "0x5339c296"
TICKS = "0xf30dba93"
MINT_TOPIC = "0x7a53080ba414158be7ec69b987b5fb7d07dee101fe85488f0853ae16239d0bde"
BURN_TOPIC = "0x0c396cd989a39f4459b5fa1aed6a9a8dcdbc45908acfd67e028cd568da98982c"

_WORD_CHARS = 64


def with_int(selector: str, value: int) -> str:
    """A call with one signed integer."""
    return f"{selector}{value % 2**256:064x}"


def words(answer: object, *, at_least: int) -> list[int]:
    """The answer's 32-byte words as unsigned integers.

    Raises:
        MalformedAnswer: there are fewer, or it isn't hexadecimal.
    """
    if not isinstance(answer, str) or not answer.startswith("0x"):
        raise MalformedAnswer("a call's result that isn't hexadecimal")
    count, rest = divmod(len(answer) - 2, _WORD_CHARS)
    if rest or count < at_least:
        raise MalformedAnswer(f"a call's result of {count} words instead of {at_least}")
    try:
        return [int(answer[2 + i * 64 : 66 + i * 64], 16) for i in range(count)]
    except ValueError as error:
        raise MalformedAnswer("a call's result that isn't hexadecimal") from error


def signed(word: int) -> int:
    return word - 2**256 if word >> 255 else word


def address_of(word: int) -> str:
    return f"0x{word & (2**160 - 1):040x}"


def set_bits(bitmap: int) -> list[int]:
    """Positions of the ones, ascending."""
    found = []
    while bitmap:
        lowest = bitmap & -bitmap
        found.append(lowest.bit_length() - 1)
        bitmap ^= lowest
    return found
