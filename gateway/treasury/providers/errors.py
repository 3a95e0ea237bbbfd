from gateway.events.errors import TillwayError


class PoolUnknown(TillwayError):
    code = "pool_unknown"
    message = "There is no such pool."
    hint = "`manage.py providers pools` lists them."
    status = 404


class PoolNotPossible(TillwayError):
    code = "pool_not_possible"
    message = "There can't be such a pool."
    status = 422


class ProviderUnknown(TillwayError):
    code = "provider_unknown"
    message = "There is no such provider."
    hint = "`manage.py providers list` names them."
    status = 404


class ProviderNotPossible(TillwayError):
    code = "provider_not_possible"
    message = "This can't be a provider."
    status = 422


class ProviderConflict(TillwayError):
    code = "provider_conflict"
    message = "This was said before, and otherwise."
    status = 409


class DepositNotPossible(TillwayError):
    code = "provider_deposit_not_possible"
    message = "This transaction can't be a provider's deposit."
    status = 422


class WithdrawalNotPossible(TillwayError):
    code = "withdrawal_not_possible"
    message = "This can't be withdrawn."
    status = 422


class WithdrawalUnknown(TillwayError):
    code = "withdrawal_unknown"
    message = "There is no such withdrawal."
    status = 404


class PeriodNotPossible(TillwayError):
    code = "fees_period_not_possible"
    message = "Fees of this period can't be shared."
    status = 422


class LossNotPossible(TillwayError):
    code = "loss_not_possible"
    message = "This loss can't be shared."
    status = 422


class ProvidersSettingsUnreadable(TillwayError):
    code = "providers_settings_unreadable"
    message = "PROVIDERS can't be read."
    hint = "See docs/reference/settings.md for its fields."
    status = 500
