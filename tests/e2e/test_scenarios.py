"""Scenarios in a real browser: list, table, editor and backtest, on every screen, in both languages
and themes; and the editor without a script."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from gateway.compliance.scenarios.backtesting import backtest_ask
from gateway.compliance.scenarios.models import ScenarioVersion
from gateway.compliance.scenarios.shipped import shipped_table
from gateway.compliance.scenarios.tables import plain_of, table_of
from gateway.compliance.scenarios.tasks import continue_backtests
from gateway.compliance.scenarios.versions import shipped_load, version_write
from tests.compliance.scenarios.kit import NOW, address, kept, seen
from tests.e2e.looking import layout_shift, overflow_px, small_targets
from tests.e2e.test_approvals import LONG, draw

ROOT = "/house/scenarios"


def asked(version, **changes):
    return backtest_ask(
        **{
            "version_id": version.id,
            "mode": "test",
            "since": NOW - timedelta(days=60),
            "until": NOW + timedelta(hours=1),
            "band_percent": 20,
            "by": None,
            "now": timezone.now(),
            **changes,
        }
    )


@pytest.fixture
def watched(house):
    """What came with the program, a long draft, and backtests; the pages to look at."""
    shipped_load(now=timezone.now())
    told = plain_of(shipped_table("velocity"))
    told["rows"] += [
        {"cells": [">= 8", "", ""], "severity": "low", "reason": LONG[:190]},
        {"cells": ["", "", "3..7"], "severity": "none", "reason": "x" * 200},
    ]
    draft = version_write(table=table_of(told), author=None, note=LONG, now=timezone.now())
    for number in range(1, 9):
        for turn in range(7 + number):
            kept(seen(number * 150 + turn / 30, source=address(number)))
    over, waits = asked(draft), None
    continue_backtests()
    waits = asked(draft)
    return [
        ROOT,
        f"{ROOT}/velocity",
        f"{ROOT}/high_risk_mcc",
        f"{ROOT}/velocity/edit",
        f"{ROOT}/new",
        f"{ROOT}/velocity/compare?one=1&other=2",
        f"{ROOT}/backtests/{over.id}",
        f"{ROOT}/backtests/{waits.id}",
    ]


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh-hans")])
@pytest.mark.parametrize("size", ["phone", "upright tablet", "desktop"])
def test_every_page_fits_its_screen(house, watched, size, scheme, language):
    with house.page(size=size, color_scheme=scheme, role="compliance_officer") as page:
        page.goto(f"/language?to={language}&next={ROOT}")
        for number, path in enumerate(watched):
            page.goto(path)
            expect(page.get_by_role("heading", level=1).first).to_be_visible()
            assert layout_shift(page) < 0.1, path
            for more in page.locator("details.more").all():
                more.evaluate("(one) => { one.open = true; }")
            draw(page, f"scenarios-{number}-{size}-{scheme}-{language}")
            assert overflow_px(page) == 0, path
            assert small_targets(page) == [], path


def test_a_table_is_edited_checked_and_kept_without_a_script(house, watched):
    with house.page(role="compliance_officer", java_script_enabled=False) as page:
        page.goto(f"{ROOT}/structuring/edit")
        page.get_by_role("button", name="Add a row").click()
        rows = page.get_by_role("group", name="Row 4")
        expect(rows).to_be_visible()
        rows.get_by_label("Just below 1000 dollars").fill("about five")
        rows.get_by_label("What was noticed").fill("Five just below a thousand")
        page.get_by_role("button", name="Check it").last.click()
        wrong = page.locator("[aria-invalid=true]")
        expect(wrong).to_have_value("about five")
        expect(page.get_by_role("alert")).to_contain_text("Row 4")
        wrong.fill(">= 5")
        page.get_by_label("Why? It is written down").fill("students pay like that")
        page.get_by_role("button", name="Keep as a draft").click()
        expect(page.get_by_text("Kept as draft 2.")).to_be_visible()
    house.complaints = [text for text in house.complaints if "status of 422" not in text]
    assert len(ScenarioVersion.objects.get(scenario="structuring", number=2).table.rows) == 4


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("Name", "Fill in", "Begin in shadow", "In shadow")),
        ("zh-hans", ("名称", "填入", "以影子方式开始", "影子运行")),
    ],
)
def test_a_new_scenario_is_begun_without_a_script(house, watched, language, words):
    name, fill_in, begin, in_shadow = words
    with house.page(role="compliance_officer", java_script_enabled=False) as page:
        page.goto(f"/language?to={language}&next={ROOT}/new")
        page.goto(f"{ROOT}/new")
        page.get_by_label(name, exact=True).fill("Refunds!")
        page.locator("#template").select_option("refund_abuse")
        page.get_by_role("button", name=fill_in).click()
        expect(page.locator("fieldset.scenario-row").first).to_be_visible()
        page.locator("#note").fill("students return much")
        page.get_by_role("button", name=begin).click()
        wrong = page.locator("[aria-invalid=true]")
        expect(wrong).to_have_value("Refunds!")
        expect(page.locator("#note")).to_have_value("students return much")
        wrong.fill(f"refunds_{language[:2]}")
        page.get_by_role("button", name=begin).click()
        page.wait_for_url(f"**{ROOT}/refunds_{language[:2]}")
        expect(page.locator(".badge", has_text=in_shadow).first).to_be_visible()
    house.complaints = [text for text in house.complaints if "status of 422" not in text]
    begun = ScenarioVersion.objects.get(scenario=f"refunds_{language[:2]}")
    assert (begun.state, begun.number) == ("shadow", 1)


def test_a_backtests_page_follows_it_to_its_end_by_itself(house, watched):
    with house.page(role="compliance_officer") as page:
        page.goto(watched[-1])
        expect(page.get_by_text("Look again")).to_be_visible()
        continue_backtests()
        expect(page.get_by_text("Done", exact=True)).to_be_visible(timeout=10_000)
        expect(page.get_by_role("img", name="Alerts day by day")).to_be_visible()
