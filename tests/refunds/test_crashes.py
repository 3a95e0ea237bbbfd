"""A process that dies at any step leaves nothing half done: never twice, never lost."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.ledger.checks import ledger_checks
from gateway.refunds import claiming, outcomes, requesting, sending
from gateway.refunds.models import Refund
from gateway.refunds.outcomes import refund_left
from gateway.refunds.sending import refunds_resume
from gateway.settlement.models import FloatPromise
from tests.refunds.conftest import Refunds, euros


class Killed(BaseException):
    """What no handler catches."""


def killed_after(verb: Callable[..., Any]) -> Callable[..., Any]:
    """The step, and then nothing any more."""

    def step(*args: Any, **kwargs: Any) -> Any:
        verb(*args, **kwargs)
        raise Killed

    return step


def dies(monkeypatch: pytest.MonkeyPatch, module: Any, step: str, work: Callable[[], Any]) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(module, step, killed_after(getattr(module, step)))
        with pytest.raises(Killed):
            work()


@pytest.mark.parametrize("step", ["post_refund_made", "tell"])
def test_killed_while_asking(refunds: Refunds, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    invoice = refunds.paid()
    before = refunds.available()
    dies(monkeypatch, requesting, step, lambda: refunds.ask(invoice, amount=euros(500)))
    assert (Refund.objects.count(), refunds.available()) == (0, before)
    asked = refunds.ask(invoice, amount=euros(500))
    assert refunds.available() == before - asked.refund.taken_units


def test_killed_while_claiming(refunds: Refunds, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    dies(monkeypatch, claiming, "tell", lambda: refunds.claim(asked.token))
    assert refunds.again(asked.refund).status == "requested"
    assert refunds.claim(asked.token).destination is not None


@pytest.mark.parametrize("step", ["transaction_queue", "float_promise", "tell"])
def test_killed_while_queueing(
    refunds: Refunds, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    refund = refunds.claim(asked.token)  # waits: the float is empty
    refunds.fund_quietly()
    dies(monkeypatch, sending, step, lambda: refunds_resume(now=refunds.world.now))
    assert (refunds.again(refund).status, refunds.queued()) == ("approved", [])
    assert refunds_resume(now=refunds.world.now) == 1
    assert refunds_resume(now=refunds.world.now) == 0
    assert (refunds.again(refund).status, len(refunds.queued())) == ("sending", 1)
    assert FloatPromise.objects.count() == 1


@pytest.mark.parametrize("step", ["post_refund_left", "float_promise_end", "tell"])
def test_killed_while_it_is_booked(
    refunds: Refunds, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    refunds.fund()
    asked = refunds.ask(refunds.paid(), amount=euros(500))
    refunds.claim(asked.token)
    (outgoing,) = refunds.queued()
    body = {"status": "succeeded", "tx_hash": "0x" + "ab" * 32, "fee_units": "21000"}

    def final() -> None:
        refund_left(reference=outgoing.reference, body=body, now=refunds.world.now)

    dies(monkeypatch, outcomes, step, final)
    assert refunds.again(asked.refund).status == "sending"
    assert FloatPromise.objects.count() == 1
    final()
    final()
    assert refunds.again(asked.refund).status == "completed"
    assert not FloatPromise.objects.exists()
    assert ledger_checks() == []
