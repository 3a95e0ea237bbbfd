"""The tablet's own sums are the house's, to the minor unit; what it says is read as it was said."""

import json
import random
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from merchants.pos.away.said import Said, SaidLine, said_as_dict, said_from
from merchants.tickets.cash import cash_due, coin_units, half_units
from merchants.tickets.pricing import PPM, Line, TaxClass, totals_of

CHECKOUT = Path(__file__).resolve().parents[4]
CURRENCIES = ("EUR", "CHF", "NZD", "DKK", "SEK", "HUF", "JPY")
RATES = (0, 50_000, 70_000, 88_750, 190_000, 200_000, 999_999, 1_000_000)


def tablet_says(questions: list[dict[str, Any]]) -> list[Any]:
    node = shutil.which("node") or str(CHECKOUT / ".venv/bin/node")
    done = subprocess.run(
        [node, str(Path(__file__).with_name("sums.mjs"))],
        input="".join(json.dumps(each) + "\n" for each in questions),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def a_ticket(dice: random.Random) -> list[dict[str, Any]]:
    return [
        {
            "price": dice.choice((0, 1, 99, 333, dice.randrange(10**5), dice.randrange(10**10))),
            "quantity": dice.randrange(1, 1_000) * 1_000,
            "tax": [dice.choice(RATES), dice.random() < 0.5],
            "removed": dice.random() < 0.2,
        }
        for _ in range(dice.randrange(1, 9))
    ]


def test_a_ticket_comes_to_the_same_on_the_tablet() -> None:
    dice = random.Random(7)
    tickets = [a_ticket(dice) for _ in range(400)]
    said = tablet_says([{"act": "due", "lines": lines, "ppm": PPM} for lines in tickets])
    assert said == [
        totals_of(
            [
                Line(one["price"], TaxClass(*one["tax"]), one["quantity"])
                for one in lines
                if not one["removed"]
            ]
        ).due_units
        for lines in tickets
    ]


def test_cash_is_rounded_to_the_same_coin() -> None:
    asked = [(code, units) for code in CURRENCIES for units in range(1_600)]
    said = tablet_says(
        [
            {"act": "cash", "units": units, "coin": coin_units(code), "half": half_units(code)}
            for code, units in asked
        ]
    )
    assert said == [cash_due(units, currency=code) for code, units in asked]


def test_amounts_are_read_as_they_are_typed_or_not_at_all() -> None:
    typed = {"5": 500, "5.": 500, "5,5": 550, "0.07": 7, " 12.50 ": 1250}
    none = ("", "x", "-1", "1.234", "1e3", "1.2.3", "123456789", ".5")
    said = tablet_says([{"act": "units", "typed": one, "decimals": 2} for one in (*typed, *none)])
    assert said == [*typed.values(), *(None for _ in none)]
    yen = [("500", 500), ("5.0", None)]
    said = tablet_says([{"act": "units", "typed": one, "decimals": 0} for one, _ in yen])
    assert said == [units for _, units in yen]
    texts = [(7, 2, "0.07"), (1250, 2, "12.50"), (500, 0, "500"), (1, 3, "0.001")]
    said = tablet_says([{"act": "text", "units": one, "decimals": to} for one, to, _ in texts])
    assert said == [text for _, _, text in texts]


_lines = st.builds(
    SaidLine,
    item_id=st.one_of(st.none(), st.uuids()),
    version=st.integers(1, 10**6),
    choices=st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("cd")), max_size=3).map(
        tuple
    ),
    name=st.sampled_from(("", "Espresso", "咖啡", "=1")),
    price_units=st.integers(1, 10**11),
    tax=st.builds(TaxClass, ppm=st.integers(0, PPM), included=st.booleans()),
    quantity=st.integers(1, 10**6),
    is_removed=st.booleans(),
)


@given(lines=st.lists(_lines, min_size=1, max_size=4).map(tuple), number=st.integers(1, 10**6))
def test_what_is_kept_is_read_again_as_it_was(lines: tuple[SaidLine, ...], number: int) -> None:
    said = Said(
        key=uuid4().hex,
        device_id=uuid4(),
        number=number,
        made_by=uuid4(),
        made_at=datetime(2026, 11, 28, 13, 5, tzinfo=UTC),
        shift_id=None,
        currency="EUR",
        label="",
        ends="cash",
        lines=lines,
        due_units=5,
        given_units=10,
        change_units=5,
        reason="",
    )
    assert said_from(json.loads(json.dumps(said_as_dict(said)))) == said
