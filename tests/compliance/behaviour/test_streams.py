"""A stream is learnt in its order, once, and scored to the bit by whoever learns it."""

import random
import threading
from datetime import timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateway.compliance.behaviour import learning
from gateway.compliance.behaviour.features import (
    KINDS,
    NAMES,
    PPM,
    Happened,
    features_from,
    features_of,
)
from gateway.compliance.behaviour.learning import stream_learn, streams_learn
from gateway.compliance.behaviour.models import Stream, StreamItem
from gateway.compliance.behaviour.rules import HOUSE_RULES
from gateway.compliance.behaviour.scores import SHAPE, Rank, Shape, score_ppm, walk_holds
from gateway.compliance.behaviour.streams import stream_add
from gateway.compliance.behaviour.trees import StateDamaged, Trees
from gateway.events.ids import uuid7
from tests.compliance.behaviour.conftest import NOW, Place, alerts, replayed

UTC_ZONE = ZoneInfo("UTC")
SMALL = {"version": "test", "reason": "few events", "score_burn_in": 60, "score_bps": 9_900}
HAPPENED = st.builds(
    Happened,
    st.sampled_from(KINDS),
    st.integers(0, 10**30),
    st.integers(0, 10**6).map(lambda seconds: NOW - timedelta(seconds=seconds)),
)


@given(
    HAPPENED,
    st.none() | st.integers(0, 10**8),
    st.integers(0, 10**6),
    st.sampled_from(["UTC", "Asia/Kolkata"]),
)
def test_features_are_whole_millionths(
    one: Happened, ago: int | None, pace: int, zone: str
) -> None:
    last = None if ago is None else one.at - timedelta(seconds=ago)
    features = features_of(one, last=last, pace=pace, zone=ZoneInfo(zone))
    assert tuple(sorted(features)) == NAMES
    assert all(isinstance(value, int) and 0 <= value <= PPM for value in features.values())
    assert features_from(features) == features


@given(st.integers(0, 10**24), st.integers(1, 10**24))
def test_more_money_never_looks_smaller(units: int, more: int) -> None:
    one, other = (
        features_of(Happened("payment", size, NOW), last=None, pace=0, zone=UTC_ZONE)["size"]
        for size in (units, units + more)
    )
    assert one <= other


def test_midnight_has_neighbours_on_both_sides() -> None:
    def clock(**parts: float) -> tuple[int, int]:
        at = NOW.replace(hour=0) + timedelta(**parts)
        told = features_of(Happened("payment", 1, at), last=None, pace=0, zone=UTC_ZONE)
        return told["hour"], told["quarter"]

    assert clock() == (PPM, PPM // 2)
    before, after = clock(minutes=-10), clock(minutes=10)
    assert abs(before[0] - after[0]) + abs(before[1] - after[1]) < 30_000
    assert len({clock(hours=hour) for hour in range(24)}) == 24


def test_features_of_another_version_are_refused() -> None:
    with pytest.raises(ValueError, match="features"):
        features_from({"size": 1})


def _features(rng: random.Random, **told: int) -> dict[str, int]:
    return {name: int(rng.triangular(0, PPM, PPM // 4)) for name in NAMES} | told


@hypothesis_settings(max_examples=10)
@given(st.integers(0, 2**32), st.integers(3, 40))
def test_our_score_is_rivers_own(seed: int, window: int) -> None:
    rng, trees = random.Random(seed), Trees(Shape(window=window))
    for number in range(3 * window):
        features = _features(rng)
        walks = trees.walks(features)
        theirs = trees._trees.score_one({name: value / PPM for name, value in features.items()})
        if walks is None:
            assert number < window and theirs == 0
        else:
            assert score_ppm(walks, shape=trees.shape) == pytest.approx(theirs * PPM, abs=1.001)
            assert all(walk_holds(walk, features) for walk in walks)
        trees.learn(features)


def test_what_is_unlike_the_rest_scores_higher() -> None:
    rng, trees = random.Random(7), Trees()
    for _ in range(3 * SHAPE.window):
        trees.learn({name: 400_000 + rng.randrange(50_000) for name in NAMES})
    usual, odd = (trees.walks(dict.fromkeys(NAMES, value)) for value in (420_000, 990_000))
    assert usual and odd
    assert score_ppm(odd) > score_ppm(usual)


def test_trees_that_are_resumed_go_on_as_if_never_stopped() -> None:
    rng = random.Random(3)
    stream = [_features(rng) for _ in range(260)]
    whole, parted = Trees(), Trees()
    for number, features in enumerate(stream):
        if number % 37 == 0:
            state, resumed = parted.state(), Trees()
            resumed.resume(state, state_hash=learning.sha256(state).digest())
            parted = resumed
        assert whole.walks(features) == parted.walks(features)
        whole.learn(features)
        parted.learn(features)
        assert number % 50 or whole.state() == parted.state()


def test_a_state_that_is_not_what_was_kept_is_refused() -> None:
    trees = Trees()
    state = trees.state()
    with pytest.raises(StateDamaged, match="hash"):
        trees.resume(state, state_hash=b"\0" * 32)
    other = Trees(Shape(seed=1))
    with pytest.raises(StateDamaged, match="counts of"):
        other.resume(state, state_hash=learning.sha256(state).digest())
    assert other.model != trees.model


@given(st.integers(0, 3_000), st.integers(0, 3_000))
def test_a_score_is_told_above_the_share_only_and_after_the_burn_in(past: int, over: int) -> None:
    rank = Rank(past=past, at_least=min(over, past))
    above = Fraction(past - rank.at_least, past) if past else Fraction(0)
    told = past >= HOUSE_RULES.score_burn_in and above >= Fraction(HOUSE_RULES.score_bps, 10_000)
    assert rank.is_told(HOUSE_RULES) is told


def _fill(place: Place, count: int, *, seed: int = 5) -> None:
    rng = random.Random(seed)
    for number in range(count):
        _add(place, units=rng.randrange(10**6, 2 * 10**6), minutes=number)


def _add(place: Place, *, units: int, minutes: float) -> StreamItem:
    return stream_add(
        event_id=uuid7(),
        shop_id=place.shop_id,
        mode="test",
        kind="payment",
        units=units,
        at=NOW + timedelta(minutes=minutes),
    )


def _learn_all(place: Place) -> int:
    learnt = 0
    while batch := stream_learn(shop_id=place.shop_id, now=NOW):
        learnt += batch
    return learnt


def test_an_event_has_one_place_in_its_stream(place: Place) -> None:
    told = {"event_id": uuid7(), "shop_id": place.shop_id, "mode": "test"}
    first = stream_add(**told, kind="payment", units=5, at=NOW)
    again = stream_add(**told, kind="payment", units=5, at=NOW)
    assert (first.id, first.number) == (again.id, 1)
    assert _add(place, units=6, minutes=1).number == 2
    assert Stream.objects.get(shop_id=place.shop_id).last_number == 2


def test_features_tell_of_the_time_since_the_last_and_of_the_pace(place: Place) -> None:
    first, second = _add(place, units=10**6, minutes=0), _add(place, units=10**6, minutes=10)
    for minutes in range(11, 20):
        _add(place, units=10**6, minutes=minutes)
    tenth, later = _add(place, units=10**6, minutes=20), _add(place, units=10**6, minutes=500)
    assert first.features["gap"] == PPM > second.features["gap"] > tenth.features["gap"]
    assert second.features["pace"] < tenth.features["pace"] > later.features["pace"] == 0


def test_scores_do_not_depend_on_when_the_worker_came(place: Place, monkeypatch) -> None:
    monkeypatch.setattr(learning, "BATCH", 33)
    _fill(place, 150)
    assert streams_learn(now=NOW) == 33
    assert _learn_all(place) == 117
    once = list(StreamItem.objects.order_by("number").values_list("score_ppm", "past", "at_least"))
    state = bytes(Stream.objects.get().state)
    assert [row[0] for row in once[:100]] == [None] * 100
    assert None not in [row[0] for row in once[100:]]

    StreamItem.objects.update(score_ppm=None, past=None, at_least=None)
    Stream.objects.update(learned_number=0, model="", state=b"", state_hash=b"")
    monkeypatch.setattr(learning, "BATCH", 200)
    assert _learn_all(place) == 150
    again = list(StreamItem.objects.order_by("number").values_list("score_ppm", "past", "at_least"))
    assert again == once
    assert bytes(Stream.objects.get().state) == state
    assert _learn_all(place) == 0


def test_a_worker_that_dies_leaves_nothing_half_learnt(place: Place, monkeypatch) -> None:
    _fill(place, 120)

    def dies(*_: object, **__: object) -> None:
        raise ConnectionError("the worker is gone")

    monkeypatch.setattr(learning, "sha256", dies)
    with pytest.raises(ConnectionError):
        stream_learn(shop_id=place.shop_id, now=NOW)
    monkeypatch.undo()
    assert Stream.objects.get().learned_number == 0
    assert not StreamItem.objects.filter(score_ppm__isnull=False).exists()
    assert _learn_all(place) == 120


def test_what_stands_out_is_told_the_officers_once_a_day_and_replays(
    place: Place, settings
) -> None:
    settings.BEHAVIOUR = {"rules": [SMALL]}
    _fill(place, 300)
    _learn_all(place)
    before = len(alerts("stream_anomaly"))
    for minutes in (301, 302):
        _add(place, units=10**15, minutes=minutes)
    _learn_all(place)
    told = [alert for alert in alerts("stream_anomaly") if alert.facts["units"] == str(10**15)]
    assert StreamItem.objects.get(number=301).is_told
    assert len(alerts("stream_anomaly")) == max(before, 1)  # the same day is the same suspicion
    for alert in told or alerts("stream_anomaly"):
        assert replayed(alert) == "equal"
        assert alert.facts["replay"]["output"]["is_told"] is True
        assert alert.facts["replay"]["output"]["follows"] is True
        assert alert.versions == {"behaviour": "test"}
        assert alert.severity == "low"


def test_before_the_burn_in_scores_are_information_alone(place: Place) -> None:
    _fill(place, 150)
    _add(place, units=10**18, minutes=151)
    _learn_all(place)
    assert StreamItem.objects.get(number=151).score_ppm is not None
    assert not alerts("stream_anomaly")


def test_a_damaged_state_is_grown_anew_from_what_is_kept(place: Place) -> None:
    _fill(place, 150)
    _learn_all(place)
    Stream.objects.update(state=b"\0" * 10)
    _add(place, units=10**6, minutes=151)
    assert _learn_all(place) == 1
    item = StreamItem.objects.get(number=151)
    assert item.score_ppm is not None
    assert item.past == 50


@pytest.mark.django_db(transaction=True)
def test_two_workers_learn_each_event_once(place: Place) -> None:
    _fill(place, 150)
    done: list[int] = []

    def work() -> None:
        try:
            done.append(_learn_all(place))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    _learn_all(place)
    assert sum(done) <= 150
    stream = Stream.objects.get()
    assert (stream.learned_number, stream.last_number) == (150, 150)
    assert StreamItem.objects.filter(score_ppm__isnull=False).count() == 50


@pytest.mark.django_db(transaction=True)
def test_numbers_of_a_stream_have_no_gap_whoever_adds_at_once(place: Place) -> None:
    def work(first: int) -> None:
        try:
            for number in range(8):
                _add(place, units=10**6, minutes=first + number)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(100 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(StreamItem.objects.order_by("number").values_list("number", flat=True)) == list(
        range(1, 33)
    )
