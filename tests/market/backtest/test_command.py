"""`manage.py backtest`, as one runs it."""

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from gateway.market.management.commands import backtest as command
from tests.browser import find_browser


@pytest.fixture
def called(tmp_path, monkeypatch):
    monkeypatch.delenv("MARKET_DATA", raising=False)

    def call(*options, name="report.html"):
        out, err = StringIO(), StringIO()
        report = tmp_path / name
        call_command("backtest", *options, f"--report={report}", stdout=out, stderr=err)
        return json.loads(out.getvalue().splitlines()[-1]), report.read_text(), err.getvalue()

    return call


@pytest.fixture
def prices(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    rows = [f"{1_640_995_200 + 60 * k},{40_000 + 30 * (k % 7)}" for k in range(61)]
    (folder / "made.csv").write_text("\n".join(("timestamp,close", *rows, "")))
    return folder


def test_a_simulated_path_needs_no_data_and_says_that_it_is_simulated(called):
    line, report, _ = called("--hours=1")
    assert line["backtest"] == "simulated path"
    assert line["conditions"]["prices_simulated"] is True
    assert line["figures"]["locks_paid"] > 0 and line["figures"]["short_paid"] == 0
    assert "not a market's" in report and "并非市场价格" in report
    # Every picture carries the mark.
    assert report.count('class="bt-tag">simulated<') == report.count('class="bt-head"') / 2


def test_a_file_is_found_in_the_folder_of_market_data(called, prices, monkeypatch):
    monkeypatch.setenv("MARKET_DATA", str(prices))
    line, report, _ = called("--prices=made.csv", "--from=2022-01-01T00:10:00Z")
    assert line["backtest"] == "made.csv" and line["conditions"]["minutes"] == 50
    assert line["conditions"]["prices_simulated"] is False
    assert line["conditions"]["prices_sha256"] in report
    assert str(prices) not in report


def test_one_seed_is_one_report_byte_for_byte(called):
    first, again = called("--hours=1", "--seed=5"), called("--hours=1", "--seed=5", name="b.html")
    assert first[:2] == again[:2]
    assert called("--hours=1", "--seed=6")[1] != first[1]


def test_the_report_asks_nobody_for_anything(called):
    _, report, _ = called("--hours=1")
    assert not re.search(r"https?:|//[a-z0-9-]+\.|@import|url\(|<link|<img|src=", report)
    assert report.count("<script>") == 1
    assert '<main class="bt" lang="en"' in report and '<main class="bt" lang="zh-hans"' in report


def test_the_language_that_is_asked_for_is_shown_first(called):
    _, report, _ = called("--hours=1", "--language=zh-hans")
    assert '<html lang="zh-hans">' in report
    assert 'value="zh-hans" id="language-zh-hans" checked' in report


def test_a_file_s_name_is_text_and_nothing_else(called, prices):
    odd = prices / "a<b>&'.csv"
    (prices / "made.csv").rename(odd)
    _, report, _ = called(f"--prices={odd}")
    assert "<b>&" not in report and "a&lt;b&gt;&amp;" in report


def test_a_run_that_takes_its_time_says_how_far_it_is(called, monkeypatch):
    monkeypatch.setattr(command, "FIRST_SECONDS", 0.0)
    monkeypatch.setattr(command, "SECONDS", 0.0)
    _, _, said = called("--hours=1")
    assert "50 %  120 of 240 steps" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--prices=nowhere.csv"], "There is no file nowhere.csv. Give its path"),
        (["--config=nowhere.toml"], "There is no file nowhere.toml"),
        (["--hours=0"], "hours"),
        (["--strategic-share=2"], "strategic_share"),
        (["--from=tomorrow"], "prices.start is 'tomorrow'"),
    ],
)
def test_a_refusal_is_a_sentence_and_leaves_no_report(called, tmp_path, options, said):
    with pytest.raises(CommandError) as refused:
        called(*options)
    assert said in str(refused.value)
    assert not (tmp_path / "report.html").exists()


def test_a_folder_that_is_not_there_is_said_before_the_run(called):
    with pytest.raises(CommandError, match="There is no folder"):
        called("--hours=8000", name="no/where/report.html")


@pytest.mark.browser
@pytest.mark.xdist_group("browser")
def test_the_report_fits_a_phone_switches_languages_and_reads_its_charts(called, tmp_path):
    path = find_browser()
    if path is None:
        pytest.skip("no browser on this machine: run `python -m tests.browser`")
    from playwright.sync_api import sync_playwright

    called("--hours=1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 390, "height": 844})
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(f"file://{tmp_path / 'report.html'}")
        root = "document.documentElement"
        for language, word in (("en", "Worst hours"), ("zh-hans", "最差的小时")):
            page.locator(f"#language-{language}").check(force=True)
            assert page.get_by_role("heading", name=word).is_visible()
            assert page.evaluate(f"{root}.scrollWidth - {root}.clientWidth") == 0
            assert page.evaluate(f"{root}.lang") == language
        chart = page.locator("main:visible [data-told]").first
        chart.focus()
        page.keyboard.press("ArrowLeft")
        assert "2022-01-01" in page.locator("main:visible .bt-read").first.inner_text()
        browser.close()
    assert not wrong
