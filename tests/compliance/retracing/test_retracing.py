"""A list or a label changes, and every wallet whose money it touches is judged anew."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.chains.models import Chain
from gateway.compliance.alerts.models import Alert
from gateway.compliance.models import Hold
from gateway.compliance.retracing import changes
from gateway.compliance.retracing.causes import Cause, cause_of
from gateway.compliance.retracing.changes import change_begin, change_continue, changes_continue
from gateway.compliance.retracing.models import RetraceChange
from gateway.compliance.selectors import verdict_states
from gateway.compliance.services import list_load
from gateway.compliance.tracing.carrying import request_take, trace_carry, traces_carry
from gateway.compliance.tracing.labelling import labels_load
from gateway.compliance.tracing.models import SeenAddress, TraceRequest, WalletVerdict
from gateway.compliance.tracing.requesting import address_ask
from gateway.compliance.tracing.selectors import verdict_replays
from tests.chain_rows import make_chain, make_deposit, tell
from tests.compliance.tracing.flow_kit import pay, who
from tests.compliance.tracing.tale import Tale

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
Drain = Callable[[], int]
PAID = [pay(1, "robber", "middle", 9_000), pay(2, "middle", "payer", 9_000)]


@pytest.fixture
def chain() -> Chain:
    return make_chain(now=NOW)


def listed(*names: str) -> None:
    lines = [f"0x{who(name).hex()}\n" for name in names]
    list_load(lines=lines, source="ofac", loaded_by="test", now=NOW, forced=True)


def labelled(*names: str, category: str = "mixer") -> None:
    rows = ["address,category\n", *(f"0x{who(name).hex()},{category}\n" for name in names)]
    labels_load(lines=rows, source="mixers", now=NOW)


def asked(chain: Chain, name: str = "payer") -> TraceRequest:
    return address_ask(chain=chain, address=who(name), now=NOW)


def carried(provider: Any) -> int:
    return traces_carry(now=datetime.now(UTC) + timedelta(seconds=10), provider=provider)


def states(name: str = "payer") -> list[str]:
    found = WalletVerdict.objects.filter(address=who(name)).order_by("id")
    return list(found.values_list("state", flat=True))


def test_money_that_came_through_a_newly_listed_wallet_is_judged_anew_and_nobody_is_asked(
    chain: Chain, drain: Drain
) -> None:
    listed("thief")
    asked(chain)
    tale = Tale(PAID)
    assert carried(tale) == 1
    assert states() == ["unknown"]
    listed("thief", "robber")
    drain()
    assert changes_continue(now=NOW) == 1
    assert carried(tale) == 1
    assert states() == ["unknown", "high"]
    assert tale.asked == [who("payer")], "what is kept of it was enough"
    again = WalletVerdict.objects.latest("id")
    assert (again.lists, again.request.cause) == ("ofac#2", "list:ofac#2")
    assert verdict_replays(again.id)
    assert Alert.objects.get(kind="wallet_exposure").about == f"address:0x{who('payer').hex()}"
    assert not RetraceChange.objects.filter(finished_at__isnull=True).exists()


def test_a_wallet_that_the_change_does_not_touch_is_left_alone(chain: Chain, drain: Drain) -> None:
    listed("thief")
    asked(chain)
    carried(Tale(PAID))
    listed("thief", "stranger")
    drain()
    assert changes_continue(now=NOW) == 0
    assert states() == ["unknown"]


def test_who_is_delisted_is_judged_anew_too(chain: Chain, drain: Drain) -> None:
    listed("thief", "robber")
    asked(chain)
    drain()
    changes_continue(now=NOW)
    carried(Tale(PAID))
    assert states() == ["high"]
    listed("thief")
    drain()
    assert changes_continue(now=NOW) == 1
    carried(Tale(PAID))
    assert states()[-1] != "high"


def test_a_payment_that_is_not_final_is_held_after_all(chain: Chain, drain: Drain) -> None:
    listed("thief")
    deposit = make_deposit(units=40_000_000, at=NOW, sender=who("payer"))
    tell(deposit, "seen")
    drain()
    at = (deposit.block_number, deposit.log_index)
    own = pay(at[0], "payer", "ours", 40, index=at[1], tx_hash=bytes(deposit.tx_hash))
    early = [pay(1, "robber", "payer", 900)]
    tale = Tale([*early, own])
    carried(tale)
    drain()
    assert verdict_states([deposit.id]) == {deposit.id: "clear"}
    listed("thief", "robber")
    drain()
    changes_continue(now=NOW)
    carried(tale)
    drain()
    assert verdict_states([deposit.id]) == {deposit.id: "held"}
    assert Hold.objects.get().deposit_id == deposit.id


def test_a_label_that_changes_reaches_the_wallets_behind_it(chain: Chain, drain: Drain) -> None:
    listed("thief")
    labelled("another")
    drain()
    changes_continue(now=NOW)
    asked(chain)
    carried(Tale([pay(1, "robber", "payer", 9_000)]))
    labelled("another", "robber")
    drain()
    assert changes_continue(now=NOW) == 1
    carried(Tale([]))
    assert states() == ["unknown", "review"]
    labelled("robber", "more")
    drain()
    assert changes_continue(now=NOW) == 0, "of the robber it says what it said"


def test_the_newest_come_first_page_by_page_and_a_crash_loses_nothing(
    chain: Chain, drain: Drain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "PAGE_VERDICTS", 2)
    listed("thief")
    for name in ("one", "two", "three", "four", "five"):
        asked(chain, name)
        carried(Tale([pay(1, "robber", name, 900)]))
    drain()
    assert changes_continue(now=NOW) == 0, "the first version names the thief alone"
    listed("thief", "robber")
    drain()
    assert change_continue(now=NOW) == 2
    assert change_continue(now=NOW) is None, "a page waits: payments go first"
    waiting = TraceRequest.objects.filter(due_at__isnull=False)
    assert {bytes(one.address) for one in waiting} == {who("five"), who("four")}
    newcomer = asked(chain, "newcomer")
    assert (taken := request_take(now=NOW)) is not None
    assert taken.id == newcomer.id
    turns = 0
    while RetraceChange.objects.filter(finished_at__isnull=True).exists():
        carried(Tale([]))
        changes_continue(now=NOW)
        turns += 1
    carried(Tale([]))
    assert all(states(name)[-1] == "high" for name in ("one", "two", "three", "four", "five"))
    assert RetraceChange.objects.get(cause="list:ofac#2").verdicts == 5
    change_begin(cause=Cause("list", "ofac", 2), now=NOW)
    assert changes_continue(now=NOW) == 0, "again is the same"


def test_only_the_newest_verdict_about_something_is_found(chain: Chain) -> None:
    listed("thief")
    for _ in range(2):
        asked(chain)
        carried(Tale(PAID))
    newest = WalletVerdict.objects.latest("id")
    assert set(SeenAddress.objects.values_list("verdict_id", flat=True)) == {newest.id}


def test_a_list_that_changes_while_a_wallet_is_looked_at_is_not_missed(
    chain: Chain, drain: Drain
) -> None:
    class Slow(Tale):
        def screen(self, question: Any, **more: Any) -> Any:
            told = super().screen(question, **more)
            listed("thief", "robber")
            drain()
            changes_continue(now=NOW)  # it goes by before the verdict is there
            return told

    listed("thief")
    asked(chain)
    request = request_take(now=NOW)
    assert request is not None
    trace_carry(request, provider=Slow(PAID), now=NOW)
    assert states() == ["unknown"]
    carried(Tale([]))
    assert states() == ["unknown", "high"]


def test_a_cause_is_read_as_it_was_written() -> None:
    for cause in (Cause("list", "ofac", 4), Cause("labels", "a#b:c", 12)):
        assert cause_of(str(cause)) == cause
    for text in ("", "list:", "lists:ofac#4", "list:ofac"):
        with pytest.raises(ValueError, match=""):
            cause_of(text)
