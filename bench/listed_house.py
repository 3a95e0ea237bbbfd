"""The house that ``bench.listed`` asks: `python -m bench.listed_house PAYMENTS SEED`.

Needs TILLWAY_STATE_DIR with a PostgreSQL and a Valkey in it; the last line is the result.
"""

import json
import os
import random
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from bench.listed_people import (
    VERSIONS,
    People,
    list_file,
    other_spellings,
    payer,
    people,
    spelled,
)

CALLERS = 4
CREDITED_BEHIND = 50
"""Payments that a caller sees before it would credit one: confirmations take time."""
LIST = "swapped"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gateway.settings")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, skip_checks=True)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_credit (deposit_id uuid PRIMARY KEY, number integer)")
    payments, seed = int(sys.argv[1]), int(sys.argv[2])
    chance = random.Random(seed)
    everyone = people(chance)
    took: dict[str, float] = {}
    began = time.monotonic()
    payers = _deposits(everyone, payments=payments, chance=chance)
    took["deposits"] = time.monotonic() - began
    began = time.monotonic()
    _pay_while_lists_swap(everyone, list(payers), seed=seed)
    took["payments_and_swaps"] = time.monotonic() - began
    began = time.monotonic()
    items = _drain()
    took["rescreening"] = time.monotonic() - began
    figures, found = _judged(everyone, payers)

    from bench.listed_faults import feed_faults

    began = time.monotonic()
    faults = feed_faults(everyone.listed[0], seed=seed)
    took["faults"] = time.monotonic() - began
    figures |= {
        "feed_faults": len(faults),
        "feed_faults_passed": sum(1 for passed in faults.values() if passed),
    }
    conditions = {
        "callers": CALLERS,
        "versions": VERSIONS,
        "seconds": {name: round(seconds, 1) for name, seconds in took.items()},
        "relay_items": items,
        "passed": sorted(name for name, passed in faults.items() if passed),
        **found,
    }
    print(json.dumps({"figures": figures, "conditions": conditions}))


def _deposits(everyone: People, *, payments: int, chance: random.Random) -> dict[UUID, bytes]:
    """Payments as the watcher writes them, each payer read from some spelling of its address."""
    from gateway.chains.models import Deposit
    from gateway.compliance.listed.wallets import address_bytes
    from tests.chain_rows import USDC, make_chain, unique_bytes

    now = datetime.now(UTC)
    chain = make_chain(now=now)
    payers: dict[UUID, bytes] = {}
    made = []
    for _ in range(payments):
        sender = address_bytes(spelled(payer(everyone, chance), chance))
        assert sender is not None
        pair = _debited_and_signer(sender, everyone, chance)
        made.append(
            Deposit(
                chain=chain,
                asset=USDC,
                block_hash=unique_bytes(),
                block_number=1,
                block_time=now,
                first_block_time=now,
                tx_hash=unique_bytes(),
                log_index=0,
                sender=pair[0],
                tx_sender=pair[1],
                address=unique_bytes(20),
                units=1_000_000,
                claimed_units=1_000_000,
                state="confirmed",
                confirmed_at=now,
                confirmations_needed=1,
                seen_at=now,
            )
        )
        payers[made[-1].id] = sender
    Deposit.objects.bulk_create(made, batch_size=2_000)
    return payers


def _debited_and_signer(
    payer: bytes, everyone: People, chance: random.Random
) -> tuple[bytes, bytes]:
    """Mostly one and the same; some pay through others, and either may be the listed one."""
    if chance.random() < 0.9:
        return payer, payer
    other = chance.choice(everyone.unlisted)
    return (payer, other) if chance.random() < 0.5 else (other, payer)


def _pay_while_lists_swap(everyone: People, deposits: list[UUID], *, seed: int) -> None:
    _swap(everyone, 1, chance=random.Random(seed))
    done, errors = Counter[str](), list[BaseException]()
    callers = [
        threading.Thread(target=_call, args=(deposits[place::CALLERS], done, errors))
        for place in range(CALLERS)
    ]
    for caller in callers:
        caller.start()
    for number in range(2, VERSIONS + 1):
        wanted = len(deposits) * (number - 1) // VERSIONS
        while done["seen"] < wanted and any(caller.is_alive() for caller in callers):
            time.sleep(0.01)
        _swap(everyone, number, chance=random.Random(seed + number))
    for caller in callers:
        caller.join()
    if errors:
        raise errors[0]


def _call(deposits: list[UUID], done: Counter[str], errors: list[BaseException]) -> None:
    from django.db import connection

    try:
        for place in range(len(deposits) + CREDITED_BEHIND):
            if place < len(deposits):
                _see(deposits[place])
                done["seen"] += 1
            if place >= CREDITED_BEHIND:
                _credit(deposits[place - CREDITED_BEHIND])
    except BaseException as error:  # told by the thread that waits
        errors.append(error)
    finally:
        connection.close()


def _see(deposit_id: UUID) -> None:
    from gateway.compliance.services import verdict_for_update

    verdict_for_update(deposit_id=deposit_id, now=datetime.now(UTC))


def _credit(deposit_id: UUID) -> None:
    """What whoever posts does: asks again within the posting's transaction."""
    from django.db import connection, transaction

    from gateway.compliance.services import verdict_for_update

    with transaction.atomic():
        verdict = verdict_for_update(deposit_id=deposit_id, now=datetime.now(UTC))
        if verdict is not None and verdict.is_clear:
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO bench_credit SELECT %s, number FROM compliance_listsource"
                    " WHERE name = %s",
                    [deposit_id, LIST],
                )


def _swap(everyone: People, number: int, *, chance: random.Random) -> None:
    from gateway.compliance.services import list_load

    loaded = list_load(
        lines=list_file(everyone, number, chance).decode().splitlines(),
        source=LIST,
        loaded_by="bench",
        now=datetime.now(UTC),
    )
    assert loaded.version.number == number, loaded


def _drain() -> int:
    from gateway.events import relay

    items = 0
    while handled := relay.drain(limit=5_000):
        items += handled
    return items


def _judged(everyone: People, payers: dict[UUID, bytes]) -> tuple[dict[str, int], dict[str, Any]]:
    """What the rows say when all is over."""
    from django.db import connection

    from gateway.compliance.models import Hold, Verdict

    with connection.cursor() as cursor:
        cursor.execute("SELECT deposit_id, number FROM bench_credit")
        credited: dict[UUID, int] = dict(cursor.fetchall())
    final = everyone.on(VERSIONS)
    let_through = Counter[str]()
    for deposit_id, number in credited.items():
        let_through["credited"] += payers[deposit_id] in everyone.on(number)
    called = Counter[str]()
    current: dict[UUID, str] = {}
    for deposit_id, state, versions, is_current in Verdict.objects.values_list(
        "deposit_id", "state", "versions", "current"
    ).iterator():
        number = versions[0]["number"]
        is_on = payers[deposit_id] in everyone.on(number)
        let_through["verdict"] += state == "clear" and is_on
        called["verdict"] += state == "held" and not is_on
        if is_current:
            current[deposit_id] = state
    standing = dict(Hold.objects.values_list("deposit_id", "delisted_at"))
    for deposit_id, sender in payers.items():
        if sender in final:
            let_through["in_the_end"] += current.get(deposit_id) != "held"
        elif current.get(deposit_id) == "held":
            # Held under an earlier version: people decide, and are told that it is delisted.
            called["in_the_end"] += standing[deposit_id] is None
    missed, wrong = _other_chains(everyone)
    let_through["other_chains"], called["other_chains"] = missed, wrong
    figures = {
        "payments": len(payers),
        "listed_let_through": let_through.total(),
        "delisted_called_sanctioned": called.total(),
    }
    found = {
        "credited": len(credited),
        "held": sum(1 for state in current.values() if state == "held"),
        "judged": len(current),
        "let_through": dict(let_through),
        "called": dict(called),
    }
    return figures, found


def _other_chains(everyone: People) -> tuple[int, int]:
    """Addresses of other chains asked for in every spelling: missed, and called though delisted."""
    from gateway.compliance.listed.selectors import entities_with_wallet

    final = everyone.others_on(VERSIONS)
    missed = wrong = 0
    for text in everyone.others:
        for spelling in other_spellings(text):
            named = bool(entities_with_wallet(spelling))
            missed += text in final and not named
            wrong += text not in final and named
    return missed, wrong


if __name__ == "__main__":
    main()
