"""A setup says what is unknown or out of its range, and never guesses."""

from datetime import UTC, datetime

import pytest

from gateway.market.backtest.errors import SetupRefused
from gateway.market.backtest.setups import setup_of


@pytest.fixture
def told(tmp_path):
    def tell(text, **more):
        file = tmp_path / "run.toml"
        file.write_text(text)
        return setup_of(file=file, told=more)

    return tell


def test_a_file_says_what_differs_and_the_command_line_has_the_last_word(told):
    setup = told(
        """
        seed = 7
        [prices]
        file = "a.csv"
        start = 2022-01-21
        end = 2022-01-22T12:00:00
        [token]
        symbol = "WETH"
        decimals = 18
        [crowd]
        strategic_share = 0.5
        [policy]
        daily_loss_usd_cents = 500_000
        """,
        **{"seed": 8, "prices.file": None, "simulated.hours": 2},
    )
    assert setup.seed == 8 and setup.prices.file == "a.csv" and setup.simulated.hours == 2
    assert setup.prices.start == datetime(2022, 1, 21, tzinfo=UTC)
    assert setup.prices.end == datetime(2022, 1, 22, 12, tzinfo=UTC)
    assert setup.token.token.code == "WETH@8453"
    assert setup.crowd.strategic_share == 0.5 and setup.crowd.invoice_cents == 4_000
    assert setup.policy.daily_loss_usd_cents == 500_000 and setup.policy.min_sources == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = -1", "seed"),
        ("seeds = 1", "seeds"),
        ("seed = 'a'", "seed"),
        ("seed = ", "no TOML"),
        ("[crowd]\ninvoises = 1", r"\[crowd\] has no invoises"),
        ("[crowd]\nstrategic_share = 1.5", "strategic_share"),
        ("[crowd]\nstrategic_share = nan", "strategic_share"),
        ("[crowd]\ninvoice_cents = 0", "invoice_cents"),
        ("[crowd]\nmean_pay_seconds = -1.0", "mean_pay_seconds"),
        ("[crowd]\nband_dollars = 0", "band_dollars"),
        ("crowd = 3", r"\[crowd\] must be a table"),
        ("[policy]\nmin_source = 1", r"\[policy\] has no min_source"),
        ("[policy]\ndaily_loss_usd_cents = 0", "policy.daily_loss_usd_cents is 0"),
        ("[policy]\nstrategic_share_ppm = 1000001", "policy.strategic_share_ppm"),
        ("[policy]\nbase_spread_ppm = 'much'", "base_spread_ppm"),
        ("[simulated]\nhours = 0", "hours"),
        ("[simulated]\nvolatility = nan", "simulated.volatility"),
        ("[simulated]\njumps_per_day = inf", "jumps_per_day"),
        ("[prices]\nstart = 'soon'", "prices.start is 'soon'"),
        ("[prices]\nstart = 7", "prices.start is 7"),
        ("[prices]\nstart = 2022-01-02\nend = 2022-01-01", "end must be after"),
        ("[token]\npeg = 'EUR'", "peg"),
        ("[token]\nsymbol = 'USDC'", "USDC"),
        ("[token]\nsymbol = '<b>'", "symbol"),
    ],
)
def test_what_is_unknown_or_out_of_range_is_refused_by_name(told, text, said):
    with pytest.raises(SetupRefused, match=said):
        told(text)


def test_a_configuration_that_is_not_there_is_no_default(tmp_path):
    with pytest.raises(SetupRefused, match="There is no file"):
        setup_of(file=tmp_path / "nowhere.toml")
