"""What a backtest refuses, with where it stands."""

from gateway.market.errors import MarketError


class BacktestRefused(MarketError):
    """The run can't be made."""

    code = "backtest_refused"
    message = "The backtest can't be run."


class PriceFileRefused(BacktestRefused):
    """A file of prices that is not there or says something impossible; never repaired."""

    code = "price_file_refused"
    message = "The file of prices can't be used."
    hint = "Give a CSV with one row a minute, oldest first."


class SetupRefused(BacktestRefused):
    """The configuration names something unknown or out of its range."""

    code = "backtest_setup_refused"
    message = "The configuration can't be used."
    hint = "docs/how-to/backtest.md lists every name."
