"""What an old shop's settings would change here, before anything does."""

from gateway.shops.terms import ReleaseRule, ShopTerms
from merchants.moving.plans import changes_of, hooks_plan, settings_plan
from merchants.moving.rows import OldShop, OldWebhook

OLD = OldShop(
    id="St1",
    name="Café",
    website="https://cafe.example",
    currency="USD",
    lock_seconds=7200,
    monitoring_seconds=3600,
    confirmations=6,
    tolerance_bps=125,
)


def plan(old: OldShop = OLD, terms: ShopTerms | None = None):
    found = settings_plan(old, terms=terms or ShopTerms(), currency="EUR", name="Café")
    return {line.setting: line for line in found}


def test_each_setting_says_what_it_would_change() -> None:
    lines = plan()
    assert [*lines] == [
        *("currency", "lock", "monitoring", "release", "tolerance", "name", "website"),
    ]
    assert (lines["lock"].old, lines["lock"].now, lines["lock"].new) == (7200, 900, 3600)
    assert lines["lock"].note == "nearest"
    assert lines["release"].new == "final"
    assert (lines["name"].note, lines["website"].note) == ("same", "verified")


def test_only_what_is_chosen_and_can_be_taken_changes_anything() -> None:
    lines = plan().values()
    assert changes_of(lines, []) == ({}, "")
    assert changes_of(lines, ["name", "website", "unheard-of"]) == ({}, "")
    assert changes_of(lines, ["currency", "tolerance", "release"]) == (
        {"underpay_tolerance_bps": 125, "release_rules": [{"up_to": None, "at": "final"}]},
        "USD",
    )


def test_what_is_the_same_can_not_be_taken_and_what_was_not_told_has_no_line() -> None:
    rules = (ReleaseRule(up_to=None, at="seen"),)
    same = OldShop(id="x", currency="EUR", lock_seconds=900, confirmations=0)
    lines = plan(same, ShopTerms(release_rules=rules))
    assert {name: line.note for name, line in lines.items()} == {
        "currency": "same",
        "lock": "same",
        "release": "same",
    }
    assert plan(OldShop(id="x", currency="BTC"))["currency"].note == "currency_unknown"


def test_a_webhook_keeps_the_events_that_there_are_here() -> None:
    hooks = [
        OldWebhook("1", "https://a.example", ("InvoiceSettled", "Odd"), retries=True),
        OldWebhook("2", "https://b.example", ("Odd",), retries=True),
        OldWebhook("3", "https://c.example", ("*",), retries=False),
    ]
    known, here = frozenset({"*", "InvoiceSettled"}), frozenset({"https://c.example"})
    first, second, third = hooks_plan(hooks, known=known, here=here)
    assert (first.events, first.left_out) == (("InvoiceSettled",), ("Odd",))
    assert [one.can_be_taken for one in (first, second, third)] == [True, False, False]
