"""What a shop trades in: merchant category codes (ISO 18245) that raise a risk. Pure."""

from typing import Final

HIGH: Final = {
    "4829": "money transfer",
    "5966": "outbound telemarketing",
    "5967": "inbound teleservices",
    "6012": "financial institutions",
    "6050": "quasi-cash at banks",
    "6051": "quasi-cash, crypto-assets",
    "6211": "securities brokers",
    "6540": "stored value",
    "7273": "dating and escort services",
    "7801": "online casinos",
    "7802": "horse and dog racing",
    "7995": "betting and casinos",
}
RAISED: Final = {
    "4816": "computer network services",
    "5094": "precious stones and metals",
    "5122": "drugs and druggists' sundries",
    "5571": "motorcycles",
    "5912": "pharmacies",
    "5932": "antiques",
    "5944": "jewellery and watches",
    "5971": "art dealers",
    "5993": "cigars and tobacco",
    "6513": "real estate agents",
    "8398": "charities",
}


def is_code(text: str) -> bool:
    """Whether it is written as a category code is; which of them are given out is the schemes' to
    say."""
    return len(text) == 4 and text.isascii() and text.isdigit()
