"""What can be refused about labels and traces, each with a stable code."""

from typing import Final

from gateway.events.errors import TillwayError

CATEGORIES_HINT: Final = (
    "CSV with a header: address, category (theft, darknet, scam, mixer, bridge, exchange,"
    " merchant), and perhaps status (listed, delisted, none) and name."
)


class LabelsUnreadable(TillwayError):
    code = "labels_unreadable"
    message = "This file is not a list of labels."
    hint = CATEGORIES_HINT
    status = 422


class LabelsEmpty(TillwayError):
    code = "labels_empty"
    message = "This file has no label: it would make everybody unknown."
    hint = CATEGORIES_HINT
    status = 422


class TraceAddressUnreadable(TillwayError):
    code = "trace_address_unreadable"
    message = "This isn't an EVM address."
    hint = "0x and 40 digits, base:0x… (EIP-3770) or eip155:8453:0x… (CAIP-10)."
    field = "address"


class TraceChainDiffers(TillwayError):
    code = "trace_chain_differs"
    message = "The address names another chain than the one asked for."
    field = "chain"


class VerdictUnknown(TillwayError):
    code = "wallet_verdict_unknown"
    message = "There is no such verdict."
    status = 404


class NothingToReplay(TillwayError):
    code = "wallet_verdict_not_ours"
    message = "This verdict was given by an outside provider: its inputs are not ours to replay."
    status = 409


class ScreeningSettingsInvalid(TillwayError):
    code = "wallet_screening_settings_invalid"
    message = "The settings of wallet screening can't be read."
    status = 503
