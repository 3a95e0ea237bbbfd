"""However people, programs and the clock come to it, two people and the delay stand before it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.custody.approvals import life
from gateway.custody.approvals.errors import ApprovalError

START = datetime(2026, 11, 29, tzinfo=UTC)
PEOPLE = [UUID(int=number) for number in (1, 2, 3)]


class Acts(RuleBasedStateMachine):
    """One act, anybody, at any moment; the model is what was truly said and when."""

    @initialize(
        maker=st.sampled_from([None, *PEOPLE]),
        delay=st.integers(0, 100),
        lifetime=st.integers(1, 200),
    )
    def begin(self, maker: UUID | None, delay: int, lifetime: int) -> None:
        self.now = START
        self.life = life.proposed(
            maker=maker,
            delay=timedelta(seconds=delay),
            lifetime=timedelta(seconds=lifetime),
            at=self.now,
        )
        self.for_it = [maker] if maker else []
        self.agreed_at: datetime | None = None
        self.ends: list[str] = []
        self.done_at: datetime | None = None

    @rule(seconds=st.integers(0, 120))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(by=st.sampled_from(PEOPLE))
    def agree(self, by: UUID) -> None:
        before = self.life.state
        try:
            self.life = life.agreed(self.life, by=by, at=self.now)
        except ApprovalError:
            return
        assert before == "proposed"
        assert by not in self.for_it
        self.for_it.append(by)
        if self.life.state == "approved":
            self.agreed_at = self.now

    @rule(how=st.sampled_from(["rejected", "cancelled", "carried_out", "failed", "expired"]))
    def end(self, how: str) -> None:
        verbs = {
            "rejected": lambda: life.rejected(self.life),
            "cancelled": lambda: life.cancelled(self.life),
            "carried_out": lambda: life.carried_out(self.life, at=self.now),
            "failed": lambda: life.failed(self.life, at=self.now),
            "expired": lambda: life.expired(self.life, at=self.now),
        }
        try:
            self.life = verbs[how]()
        except ApprovalError:
            return
        assert self.life.state == how
        self.ends.append(how)
        if how in ("carried_out", "failed"):
            self.done_at = self.now

    @invariant()
    def it_ends_once(self) -> None:
        assert len(self.ends) <= 1
        assert (self.life.state in life.OPEN) == (not self.ends)

    @invariant()
    def two_people_and_the_delay_stand_before_it(self) -> None:
        if self.done_at is None:
            return
        assert len(set(self.for_it)) == 2
        assert self.agreed_at is not None
        assert self.done_at >= self.agreed_at + self.life.delay
        assert self.done_at < self.life.expires_at

    @invariant()
    def the_checker_never_is_the_maker(self) -> None:
        assert self.life.checker is None or self.life.checker != self.life.maker
        assert (self.life.checker is None) == (self.life.not_before is None)


Acts.TestCase.settings = settings(max_examples=300, stateful_step_count=25, deadline=None)
TestActs = Acts.TestCase


def test_an_act_is_still_cancelled_at_the_last_moment_of_its_delay() -> None:
    first, second = PEOPLE[:2]
    hour = timedelta(hours=1)
    act = life.proposed(maker=first, delay=hour, lifetime=hour, at=START)
    act = life.agreed(act, by=second, at=START)
    assert life.cancelled(act).state == "cancelled"
    assert life.carried_out(act, at=START + hour).state == "carried_out"
