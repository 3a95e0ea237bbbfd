"""Why something is not provoked, each with a stable code."""

from gateway.events.errors import TillwayError


class LiveMoney(TillwayError):
    code = "test_only"
    message = "Only a test shop provokes: this is live money."
    hint = "Ask with a test key of a test shop, in a house that is not live."
    status = 403


class ChainNotOurs(TillwayError):
    code = "chain_not_ours"
    message = (
        "This house doesn't run the chain, so it can neither pay on it for you nor have it take a"
        " block back."
    )
    hint = (
        "Provoke in a house that brings its own chain (`make up` with CHAINS unset), or pay from a"
        " wallet of yours with test coins."
    )
    status = 409


class AssetNotThere(TillwayError):
    code = "asset_not_there"
    message = "The invoice asks for no such asset on the house's own chain."
    hint = "Leave `asset` out, or name one of the invoice's `due`."
    field = "asset"
    status = 422


class EveryTokenQuoted(TillwayError):
    code = "every_token_quoted"
    message = "The invoice takes every token there is here: none of them is the wrong one."
    hint = "Have the shop accept fewer tokens in its settings, then ask for a new invoice."
    status = 409


class NotInWrongAsset(TillwayError):
    code = "asset_quoted"
    message = "The invoice takes this asset, so it isn't the wrong one."
    hint = "Leave `asset` out, or name a token that the invoice doesn't ask for."
    field = "asset"
    status = 422


class NobodyListed(TillwayError):
    code = "nobody_listed"
    message = "No list in force names a wallet, so nobody's payment would be held."
    hint = "Load one: manage.py list_load demo/listed.csv --source demo."
    status = 409


class TokenNeeded(TillwayError):
    code = "token_needed"
    message = (
        "A listed payer is made to pay in a token; the coin of the chain can't be had of them."
    )
    hint = "Leave `asset` out, or name a token."
    field = "asset"
    status = 422


class NothingToPay(TillwayError):
    code = "nothing_to_pay"
    message = "This invoice waits for no payment."
    hint = "Ask for a new invoice and provoke there."
    status = 409


class PaymentFinal(TillwayError):
    code = "payment_final"
    message = "The chain takes this payment back no more: it is final."
    hint = "Provoke `reorg` of a new invoice: it is paid, and taken back as soon as that counted."
    status = 409


class ProvokingUnderWay(TillwayError):
    code = "provoking_under_way"
    message = "Something is being provoked of this invoice already."
    hint = "Wait for its end, or ask for another invoice."
    status = 409
    passes = True
