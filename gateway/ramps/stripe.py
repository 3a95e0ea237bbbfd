"""Stripe as a ramp: a connected account for each shop, transfers to it, payouts from it.

Fields and codes: https://docs.stripe.com/api (accounts, account_links, transfers, payouts). What we
asked for carries our row's id in its metadata; a transfer and its reversal carry the payout's too.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID

import stripe

from gateway.money.amounts import Amount
from gateway.money.assets import FIAT
from gateway.outside.stripe_client import stripe_client
from gateway.ramps.errors import RampDown, RampKeyTaken, RampRefused
from gateway.ramps.terms import (
    AccountStatus,
    Instruction,
    Kind,
    Link,
    Offer,
    Progress,
    Requirements,
    Told,
)

T = TypeVar("T")

ROW: Final = "tillway_row"
SHOP: Final = "tillway_shop"
SKEW: Final = timedelta(minutes=10)
"""By which Stripe's clock and ours may differ."""
PAGE: Final = 100
_PROGRESS: Final = {
    "pending": Progress.PENDING,
    "in_transit": Progress.LEFT,
    "paid": Progress.DONE,
    "failed": Progress.FAILED,
    "canceled": Progress.FAILED,
}
_NOT_FINAL: Final = frozenset({"lock_timeout", "rate_limit", "idempotency_key_in_use"})


class StripeRamp:
    """See ``gateway.ramps.interface.Ramp``."""

    steps: tuple[Kind, ...] = ("transfer", "payout")

    def __init__(
        self,
        *,
        name: str,
        mode: str,
        key: str,
        offers: Mapping[str, Offer],
        country: str,
        cards: bool = False,
        address: str,
        timeout_seconds: float,
    ) -> None:
        self.name = name
        self.mode = mode
        self.offers = offers
        self._country = country
        self._cards = cards
        self._client = stripe_client(
            key=key,
            address=address,
            timeout_seconds=timeout_seconds,
            allow_loopback=mode == "test",
        )

    # --- accounts --------------------------------------------------------------------------------

    def account_open(self, *, shop_id: UUID, key: str) -> AccountStatus:
        wanted: Any = {
            "country": self._country,
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "stripe",
                "stripe_dashboard": {"type": "express"},
            },
            "capabilities": {name: {"requested": True} for name in self._capabilities()},
            "settings": {"payouts": {"schedule": {"interval": "manual"}}},
            "metadata": {SHOP: str(shop_id)},
        }
        made = answer_of(
            lambda: self._client.v1.accounts.create(wanted, options={"idempotency_key": key})
        )
        return status_of(made.to_dict())

    def account_find(self, *, shop_id: UUID) -> AccountStatus | None:
        for account in answer_of(
            lambda: list(self._client.v1.accounts.list({"limit": PAGE}).auto_paging_iter())
        ):
            found = account.to_dict()
            if (found.get("metadata") or {}).get(SHOP) == str(shop_id):
                return status_of(found)
        return None

    def account_status(self, *, account: str) -> AccountStatus:
        return status_of(answer_of(lambda: self._client.v1.accounts.retrieve(account)).to_dict())

    def onboarding_link(self, *, account: str, return_url: str, refresh_url: str) -> Link:
        link = answer_of(
            lambda: self._client.v1.account_links.create(
                {
                    "account": account,
                    "type": "account_onboarding",
                    "return_url": return_url,
                    "refresh_url": refresh_url,
                }
            )
        )
        return Link(url=link.url, expires_at=_moment(link.expires_at))

    def _capabilities(self) -> tuple[str, ...]:
        return ("transfers", "card_payments") if self._cards else ("transfers",)

    # --- instructions ----------------------------------------------------------------------------

    def instruct(self, instruction: Instruction) -> Told:
        asked: Any = {
            "amount": instruction.amount.units,
            "metadata": {ROW: str(instruction.id), "tillway_group": instruction.group},
        }
        once: Any = {"idempotency_key": instruction.key}
        if instruction.kind == "reversal":
            made: Any = answer_of(
                lambda: self._client.v1.transfers.reversals.create(
                    instruction.against, asked, options=once
                )
            )
            return _told_of_reversal(made.to_dict())
        asked["currency"] = instruction.amount.asset.code.lower()
        if instruction.kind == "transfer":
            asked |= {"destination": instruction.account, "transfer_group": instruction.group}
            made = answer_of(lambda: self._client.v1.transfers.create(asked, options=once))
            return _told_of_transfer(made.to_dict())
        once["stripe_account"] = instruction.account
        made = answer_of(lambda: self._client.v1.payouts.create(asked, options=once))
        return self._told_of_payout(made.to_dict(), account=instruction.account)

    def find(self, instruction: Instruction) -> Told | None:
        match instruction.kind:
            case "transfer":
                rows = self._pages(
                    self._client.v1.transfers.list, {"transfer_group": instruction.group}
                )
            case "payout":
                since = (instruction.asked_at or datetime.now(UTC)) - SKEW
                rows = self._pages(
                    self._client.v1.payouts.list,
                    {"created": {"gte": int(since.timestamp())}},
                    account=instruction.account,
                )
            case "reversal":
                reversals = self._client.v1.transfers.reversals.list
                rows = self._pages(
                    lambda params, options: reversals(instruction.against, params, options), {}
                )
        for row in rows:
            if (row.get("metadata") or {}).get(ROW) == str(instruction.id):
                return self._told(instruction, row)
        return None

    def progress(self, instruction: Instruction, *, remote_id: str) -> Told:
        owner: Any = {"stripe_account": instruction.account}
        match instruction.kind:
            case "transfer":
                row: Any = answer_of(lambda: self._client.v1.transfers.retrieve(remote_id))
            case "payout":
                row = answer_of(lambda: self._client.v1.payouts.retrieve(remote_id, options=owner))
            case "reversal":
                row = answer_of(
                    lambda: self._client.v1.transfers.reversals.retrieve(
                        instruction.against, remote_id
                    )
                )
        return self._told(instruction, row.to_dict())

    def balance(self) -> dict[str, Amount]:
        found = answer_of(self._client.v1.balance.retrieve).to_dict()
        return {
            code: Amount(int(line["amount"]), FIAT[code])
            for line in found["available"]
            if (code := line["currency"].upper()) in FIAT
        }

    # --- parts -----------------------------------------------------------------------------------

    def _told(self, instruction: Instruction, row: Mapping[str, Any]) -> Told:
        if instruction.kind == "transfer":
            return _told_of_transfer(row)
        if instruction.kind == "reversal":
            return _told_of_reversal(row)
        return self._told_of_payout(row, account=instruction.account)

    def _told_of_payout(self, row: Mapping[str, Any], *, account: str) -> Told:
        return Told(
            remote_id=row["id"],
            progress=_PROGRESS[row["status"]],
            units=int(row["amount"]),
            fee_units=self._fee_of(row, account=account),
            failure_code=row.get("failure_code") or "",
            failure_reason=row.get("failure_message") or "",
        )

    def _fee_of(self, payout: Mapping[str, Any], *, account: str) -> int:
        """What Stripe took from the account beside the payout, by its balance transaction."""
        booked = payout.get("balance_transaction")
        if not booked:
            return 0
        owner: Any = {"stripe_account": account}
        found = answer_of(
            lambda: self._client.v1.balance_transactions.retrieve(str(booked), options=owner)
        )
        return int(found.fee)

    def _pages(
        self, list_of: Callable[..., Any], params: dict[str, Any], *, account: str = ""
    ) -> list[dict[str, Any]]:
        options = {"stripe_account": account} if account else {}
        wanted = {"limit": PAGE, **params}
        return answer_of(
            lambda: [row.to_dict() for row in list_of(wanted, options).auto_paging_iter()]
        )


def status_of(account: Mapping[str, Any]) -> AccountStatus:
    """A connected account as Stripe's JSON has it."""
    wanted = account.get("requirements") or {}
    banks = (account.get("external_accounts") or {}).get("data") or []
    deadline = wanted.get("current_deadline")
    past = tuple(sorted(wanted.get("past_due") or ()))
    return AccountStatus(
        remote_id=account["id"],
        capabilities=dict(account.get("capabilities") or {}),
        payouts_enabled=bool(account.get("payouts_enabled")),
        details_submitted=bool(account.get("details_submitted")),
        banks=tuple(sorted({str(bank["currency"]).upper() for bank in banks})),
        requirements=Requirements(
            due=tuple(sorted({*(wanted.get("currently_due") or ()), *past})),
            past_due=past,
            pending=tuple(sorted(wanted.get("pending_verification") or ())),
            deadline=_moment(deadline) if deadline else None,
            disabled_reason=wanted.get("disabled_reason") or "",
        ),
    )


def _told_of_transfer(row: Mapping[str, Any]) -> Told:
    return Told(
        remote_id=row["id"],
        progress=Progress.DONE,
        units=int(row["amount"]),
        reversed_units=int(row["amount_reversed"]),
    )


def _told_of_reversal(row: Mapping[str, Any]) -> Told:
    return Told(remote_id=row["id"], progress=Progress.DONE, units=int(row["amount"]))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def answer_of(call: Callable[[], T]) -> T:
    """What Stripe answers, or one of our errors: an answer that leaves open whether it was done is
    ``RampDown``, whatever its status."""
    try:
        return call()
    except stripe.IdempotencyError as error:
        if error.http_status == 409 or error.code in _NOT_FINAL:
            raise RampDown("Stripe is still working on it.") from error
        raise RampKeyTaken(_words(error)) from error
    except stripe.RateLimitError as error:
        wait = (error.headers or {}).get("retry-after", "")
        seconds = int(wait) if str(wait).isdigit() else 0
        raise RampDown("Stripe is busy.", retry_after_seconds=seconds) from error
    except (stripe.InvalidRequestError, stripe.PermissionError, stripe.CardError) as error:
        if error.http_status == 409 or error.code in _NOT_FINAL:
            raise RampDown("Stripe is still working on it.") from error
        raise RampRefused(_words(error), code=error.code or RampRefused.code) from error
    except stripe.StripeError as error:  # no connection, no valid key, an error of the server
        raise RampDown(f"Stripe does not answer properly: {type(error).__name__}.") from error


def _words(error: stripe.StripeError) -> str:
    return (error.user_message or "Stripe refused this.")[:300]
