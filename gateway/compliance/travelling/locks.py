"""The rows this room locks: an exchange, before the rows that hang on it."""

from uuid import UUID

from gateway.compliance.travelling.errors import ExchangeUnknown
from gateway.compliance.travelling.models import Exchange


def exchange_for_update(exchange_id: UUID) -> Exchange:
    """The exchange, FOR UPDATE, with its counterparty. One query. Raises ExchangeUnknown."""
    found = (
        Exchange.objects.select_for_update(of=("self",))
        .select_related("counterparty")
        .filter(id=exchange_id)
        .first()
    )
    if found is None:
        raise ExchangeUnknown
    return found
