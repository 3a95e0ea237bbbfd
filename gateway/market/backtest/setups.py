"""What a backtest is run with: from a TOML file, with what the command line says otherwise."""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any

import msgspec

from gateway.market.backtest.errors import SetupRefused
from gateway.market.backtest.price_files import Columns
from gateway.market.simulation.calibration import BTC_PRICES, Prices
from gateway.market.simulation.crowds import Crowd
from gateway.market.simulation.scenarios import BITCOIN
from gateway.market.simulation.stage import CHAIN, NATIVE, SETTLEMENT, Token
from gateway.market.snapshots import DeskPolicy
from gateway.money.rates import PPM

# What a policy divides by, or would turn round, when it is less.
_LEAST = {
    "lot_usd_cents": 1,
    "daily_loss_usd_cents": 1,
    "risk_aversion_e9": 1,
    "fills_per_hour": 1,
    "initial_volatility_ppm": 1,
    "initial_stable_volatility_ppm": 1,
    "max_gas_share_bps": 1,
    "wide_factor_ppm": PPM,
}
_SHARES = {"strategic_share_ppm", "completion_ppm"}
# Twenty payments of $40 a minute, the flow of `bench desk`.
TWENTY_A_MINUTE = Crowd(
    invoices_a_step=5, invoice_cents=4_000, strategic_share=0.2, lent_cents=10_000_000
)


class FileSetup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of minute prices; ``file`` empty: a simulated path."""

    file: str = ""
    time_column: str = "timestamp"
    price_column: str = "close"
    start: datetime | None = None
    end: datetime | None = None

    @property
    def columns(self) -> Columns:
        return Columns(self.time_column, self.price_column)


class PathSetup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A simulated path: fitted to bitcoin of January 2022 unless told otherwise."""

    hours: Annotated[int, msgspec.Meta(ge=1, le=24 * 366)] = 24
    start_price: Annotated[float, msgspec.Meta(ge=0.01, le=1e8)] = 40_000.0
    volatility: Annotated[float, msgspec.Meta(ge=0, le=10)] = BTC_PRICES.volatility
    jumps_per_day: Annotated[float, msgspec.Meta(ge=0, le=1_440)] = BTC_PRICES.jumps_per_day
    jump_sd: Annotated[float, msgspec.Meta(ge=0, le=0.2)] = BTC_PRICES.jump_sd

    @property
    def prices(self) -> Prices:
        return Prices(self.volatility, self.jumps_per_day, self.jump_sd)


class TokenSetup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What shoppers pay with; ``peg`` is "USD" for a dollar stablecoin, else empty."""

    symbol: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9.]{1,20}$")] = "CBBTC"
    decimals: Annotated[int, msgspec.Meta(ge=2, le=18)] = BITCOIN.decimals
    peg: Annotated[str, msgspec.Meta(pattern=r"^(USD)?$")] = ""

    @property
    def token(self) -> Token:
        return Token(f"{self.symbol}@{CHAIN}", self.decimals, self.peg)


class Setup(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All of a run. The same setup and the same file make the same report, byte for byte."""

    seed: Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)] = 1
    prices: FileSetup = FileSetup()
    simulated: PathSetup = PathSetup()
    token: TokenSetup = TokenSetup()
    crowd: Crowd = TWENTY_A_MINUTE
    policy: DeskPolicy = DeskPolicy()


def setup_of(*, file: Path | None = None, told: Mapping[str, Any] | None = None) -> Setup:
    """The setup of a TOML file, with what the command line told instead.

    Args:
        told: by dotted name ("prices.file"); None is not told.

    Raises:
        SetupRefused: the file is not there or no TOML; a name is unknown or a value out of range.
    """
    tables = _read(file) if file else {}
    for name, value in (told or {}).items():
        if value is not None:
            _put(tables, name, value)
    tables["crowd"] = _whole(tables.get("crowd", {}), "crowd", asdict(TWENTY_A_MINUTE))
    policy = _whole(tables.get("policy", {}), "policy", msgspec.structs.asdict(DeskPolicy()))
    tables["policy"] = _checked_policy(policy)
    prices = tables.get("prices")
    if isinstance(prices, dict):
        for name in ("start", "end"):
            if prices.get(name) is not None:
                prices[name] = _moment(f"prices.{name}", prices[name])
    try:
        setup = msgspec.convert(tables, Setup)
    except msgspec.ValidationError as error:
        raise SetupRefused(f"{error}.") from error
    _check(setup)
    return setup


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as error:
        raise SetupRefused(f"There is no file {file}.", hint="") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SetupRefused(f"{file} can't be read: {error}.", hint="") from error
    except tomllib.TOMLDecodeError as error:
        raise SetupRefused(f"{file.name} is no TOML: {error}.", hint="") from error


def _put(tables: dict[str, Any], name: str, value: Any) -> None:
    *path, last = name.split(".")
    for each in path:
        tables = tables.setdefault(each, {})
        if not isinstance(tables, dict):
            raise SetupRefused(f"[{each}] must be a table.")
    tables[last] = value


def _whole(table: Any, where: str, known: dict[str, Any]) -> dict[str, Any]:
    """The table over the defaults; a name that is not among them is refused."""
    if not isinstance(table, dict):
        raise SetupRefused(f"[{where}] must be a table.")
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise SetupRefused(
            f"[{where}] has no {', '.join(unknown)}.", hint=f"It has {', '.join(known)}."
        )
    return {**known, **table}


def _checked_policy(policy: dict[str, Any]) -> dict[str, Any]:
    for name, value in policy.items():
        least = _LEAST.get(name, 0)
        most = PPM if name in _SHARES else 10**15
        if isinstance(value, int) and not least <= value <= most:
            raise SetupRefused(f"policy.{name} is {value}; it lies from {least} to {most}.")
    return policy


def _moment(name: str, told: Any) -> datetime:
    """A time in UTC; a date is its midnight."""
    try:
        at = datetime.fromisoformat(told) if isinstance(told, str) else told
    except ValueError as error:
        raise SetupRefused(f"{name} is {told!r}, no time (ISO 8601).") from error
    if isinstance(at, date) and not isinstance(at, datetime):
        at = datetime.combine(at, time())
    if not isinstance(at, datetime):
        raise SetupRefused(f"{name} is {told!r}, no time (ISO 8601).")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _check(setup: Setup) -> None:
    prices, token = setup.prices, setup.token
    if prices.start and prices.end and prices.end <= prices.start:
        raise SetupRefused("prices.end must be after prices.start.")
    if token.token.code in (SETTLEMENT, NATIVE):
        raise SetupRefused(
            f"token.symbol can't be {token.symbol}: that is what the desk settles in, or its gas."
        )
