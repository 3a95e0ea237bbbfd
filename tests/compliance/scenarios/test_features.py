"""What is counted about somebody, against plain counting and by cases that a person can check."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.compliance.scenarios.catalogue import FEATURES, SPANS
from gateway.compliance.scenarios.features import Sweep
from gateway.compliance.scenarios.observed import Observation
from tests.compliance.scenarios.kit import NOW, PAYER, SHOP, address, seen, told

histories = st.lists(
    st.tuples(
        st.integers(0, 24 * 120),
        st.sampled_from([1, 2, 3]),
        st.one_of(st.none(), st.integers(0, 10**9)),
        st.booleans(),
    ),
    min_size=1,
    max_size=40,
)


def made(rows: list[tuple[int, int, int | None, bool]]) -> list[Observation]:
    ordered = sorted(rows, key=lambda row: -row[0])
    return [
        seen(hours, source=address(who), target=SHOP, cents=cents)
        if comes
        else seen(hours, kind="payout", source=SHOP, target=address(who), cents=cents)
        for hours, who, cents, comes in ordered
    ]


@given(histories)
def test_windows_that_slide_count_what_counting_anew_counts(
    rows: list[tuple[int, int, int | None, bool]],
) -> None:
    history = made(rows)
    names = [
        f"{w}_{m}_{s}" for w in ("in", "out") for m in ("count", "cents", "others") for s in SPANS
    ]
    features = told(SHOP, history, *names, "unvalued_30d")
    end = history[-1].at
    for span, length in SPANS.items():
        for way in ("in", "out"):
            within = [
                one
                for one in history
                if one.at >= end - length and (one.target == SHOP) == (way == "in")
            ]
            assert features[f"{way}_count_{span}"] == len(within)
            assert features[f"{way}_cents_{span}"] == sum(one.cents or 0 for one in within)
            assert features[f"{way}_others_{span}"] == len({one.other(SHOP) for one in within})
    month = [one for one in history if one.at >= end - SPANS["30d"]]
    assert features["unvalued_30d"] == sum(one.cents is None for one in month)


@given(histories)
def test_whoever_came_back_within_a_day_is_counted_once_while_it_is_in_the_window(
    rows: list[tuple[int, int, int | None, bool]],
) -> None:
    history = made(rows)
    day = timedelta(hours=24)
    coming = [one for one in history if one.target == SHOP]
    again = set()
    for index, one in enumerate(coming):
        earlier = [x for x in coming[:index] if x.source == one.source]
        if earlier and one.at - earlier[-1].at <= day and one.at >= history[-1].at - SPANS["30d"]:
            again.add(one.source)
    assert told(SHOP, history, "in_repeaters_30d") == len(again)


def test_what_happened_exactly_an_hour_ago_still_counts_and_a_moment_earlier_does_not() -> None:
    assert told(PAYER, [seen(1), seen(0)], "out_count_1h") == 2
    assert told(PAYER, [seen(1 + 1e-6), seen(0)], "out_count_1h") == 1


def test_parts_of_one_sum_are_seen_together_with_whom_they_were_paid_to() -> None:
    other_shop = "shop:0198c0de-0000-7000-8000-000000000002"
    history = [
        seen(5, cents=90_000, invoice="one"),
        seen(4, cents=99_000, target=other_shop, invoice="elsewhere"),
        seen(3, cents=80_000, invoice="two"),
        seen(1, cents=70_000, invoice="two"),
    ]
    features = told(
        PAYER,
        history,
        *("count_with_other_24h", "cents_with_other_24h"),
        *("largest_with_other_24h", "invoices_with_other_24h"),
    )
    assert features == {
        "count_with_other_24h": 3,
        "cents_with_other_24h": 240_000,
        "largest_with_other_24h": 90_000,
        "invoices_with_other_24h": 2,
    }


def test_just_below_a_threshold_is_the_last_tenth_and_never_the_threshold() -> None:
    def near(cents: int) -> object:
        return told(PAYER, [seen(cents=cents)], "near_1000_7d")

    assert [near(c) for c in (89_999, 90_000, 99_999, 100_000)] == [0, 1, 1, 0]


def test_a_ratio_is_exact_and_unknown_over_nothing() -> None:
    refund = seen(kind="refund", source=SHOP, target=PAYER, cents=333)
    assert told(SHOP, [seen(1, cents=1_000), refund], "refund_permille_30d") == 333
    assert told(SHOP, [refund], "refund_permille_30d") is None
    huge = 10**15 + 1
    left = seen(kind="payout", source=SHOP, target=PAYER, cents=huge)
    assert told(SHOP, [seen(1, cents=huge), left], "out_of_in_permille_24h") == 1000


def test_a_payout_that_was_only_asked_for_moves_nothing() -> None:
    asked = seen(kind="payout_requested", source=SHOP, target=PAYER, cents=500)
    assert told(SHOP, [asked], "out_count_24h") == 0
    assert told(SHOP, [asked], "cents") == 500


def test_how_long_somebody_was_quiet_is_counted_in_whole_days_before_they_moved() -> None:
    assert told(PAYER, [seen(0)], "quiet_days") is None
    assert told(PAYER, [seen(24 * 90 + 23), seen(0)], "quiet_days") == 90


def test_a_changed_destination_is_counted_from_and_forgotten_by_no_window() -> None:
    changed = seen(
        24 * 200 + 0.5, kind="destination_changed", source="", cents=None, bank_country="KP"
    )
    asked = seen(kind="payout_requested", source=SHOP, target=PAYER)
    features = told(SHOP, [changed, asked], "hours_since_change", "bank_country", "countries")
    assert features == {
        "hours_since_change": 4800,
        "bank_country": "KP",
        "countries": ("KP",),
    }


def test_what_is_known_of_a_business_is_the_latest_that_was_told() -> None:
    profile = {"mcc": "7995", "country": "DE", "countries": ["DE", "IR"], "exposed": False}
    later = profile | {"exposed": True, "rating": "high", "mcc": ""}
    history = [
        seen(9, kind="profile", source="", cents=None, **profile),
        seen(5, kind="profile", source="", cents=None, **later),
        seen(4, kind="destination_changed", source="", cents=None, bank_country="FR"),
        seen(0),
    ]
    names = ("mcc", "country", "countries", "exposed", "rating", "bank_abroad")
    assert told(SHOP, history, *names) == {
        "mcc": None,
        "country": "DE",
        "countries": ("DE", "FR", "IR"),
        "exposed": True,
        "rating": "high",
        "bank_abroad": True,
    }


def test_somebody_unknown_at_the_other_end_is_counted_and_is_nobody_in_particular() -> None:
    history = [seen(1, kind="card_payment", source=""), seen(0, kind="card_payment", source="")]
    assert told(SHOP, history, "in_count_24h", "in_others_24h", "count_with_other_24h") == {
        "in_count_24h": 2,
        "in_others_24h": 0,
        "count_with_other_24h": None,
    }


def test_every_feature_of_the_catalogue_can_be_told() -> None:
    sweep = Sweep(SHOP, wanted=frozenset(FEATURES), onwards=lambda *_: [])
    one = seen()
    sweep.observe(one)
    features = sweep.features(one)
    assert features.keys() == FEATURES.keys()
    sorts = {"number": int, "text": str, "flag": bool, "list": tuple}
    for name, value in features.items():
        assert value is None or type(value) is sorts[FEATURES[name].sort], name
    assert one.at == NOW
