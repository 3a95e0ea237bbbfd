from gateway.events.errors import TillwayError


class ShopUnknown(TillwayError):
    code = "shop_unknown"
    message = "There is no such shop."
    status = 404


class ShopNotActive(TillwayError):
    code = "shop_not_active"
    message = "This shop can't take payments now."
    hint = "Its owner sees why on the dashboard."
    status = 403


class TermsRefused(TillwayError):
    code = "terms_refused"
    message = "These terms can't be used."
    status = 422


class PolicyRefused(TillwayError):
    code = "policy_refused"
    message = "This settlement policy can't be used."
    hint = "See docs/reference/settlement.md for what it may say."
    status = 422


class AddressRefused(TillwayError):
    code = "address_refused"
    message = "This isn't an address that money can be sent to."
    hint = "Copy the address from your wallet: 0x and 40 hexadecimal digits."
    field = "payout_address"
    status = 422
