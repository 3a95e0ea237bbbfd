"""Processes killed at every fault point, services gone, while shops sell: what did not hold.

Runs pass in batches through one standing house; how a run comes from its seed and number is in
``tests/faults``. ``python -m bench.faults --seed S --only N`` replays one run in a fresh house.
``FAULT_RUNS`` sets how many there are. Asked to stop (SIGINT, SIGTERM) it ends the batch that is
under way and tells what there is; asked twice, it stops at once.

Points that no story of a house comes to are died at in process meanwhile, by the tests that say so.
"""

import argparse
import json
import os
import signal
import sys
from typing import Any

from tests.faults.dying import Dying
from tests.faults.names import IN_PROCESS
from tests.faults.standing import (
    Report,
    Standing,
    never_passed,
    numbers_of,
    run_of,
    standing_house,
    told,
)

RUNS = 500
AT_ONCE = 20
SHOWN = 20


class _Asked:
    """Whether somebody asked this to end."""

    def __init__(self) -> None:
        self.to_stop = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._hear)

    def _hear(self, number: int, frame: object) -> None:
        if self.to_stop:
            raise KeyboardInterrupt
        self.to_stop = True


def run(*, seed: int) -> dict[str, Any]:
    runs = int(os.environ.get("FAULT_RUNS", RUNS))
    asked, report, unpassed = _Asked(), Report(), list[str]()
    with Dying() as dying:
        try:
            with standing_house(purpose="faults", at_once=min(AT_ONCE, runs), seed=seed) as house:
                for batch in range(-(-runs // AT_ONCE)):
                    _batch(house, report, seed=seed, batch=batch, runs=runs)
                    unpassed = never_passed(house)
                    if asked.to_stop:
                        break
            dying.wait(go_on=not asked.to_stop)
        except KeyboardInterrupt:
            print("   stopped at once", file=sys.stderr, flush=True)
        in_process, broken = dying.kills(), dying.failures()
    report.violations += broken
    return {
        "figures": told(report, in_process=in_process),
        "conditions": {
            "at_once": AT_ONCE,
            "runs_wanted": runs,
            "kills": dict(sorted(report.kills.items())),
            "kills_in_process": dict(sorted(in_process.items())),
            "outages": dict(sorted(report.outages.items())),
            "points_never_passed": unpassed,
            "violations": report.violations[:SHOWN],
            "in_process": IN_PROCESS,
            "seconds": dict(report.seconds),
        },
    }


def _batch(house: Standing, report: Report, *, seed: int, batch: int, runs: int) -> None:
    numbers = numbers_of(batch, size=AT_ONCE, total=runs)
    found = house.batch([run_of(seed, number) for number in numbers])
    report.add(found)
    for violation in found.violations:
        print(f"   violation: {violation}", file=sys.stderr, flush=True)
    spent = dict(found.seconds)
    print(f"   {report.runs} of {runs}: {told(report)} {spent}", file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--only", type=int, required=True, help="the run's number")
    options = parser.parse_args()
    with standing_house(purpose="faults", at_once=1, seed=options.seed) as standing:
        report = standing.batch([run_of(options.seed, options.only)])
    print(json.dumps(report.violations, indent=2))
    return 1 if report.violations else 0


if __name__ == "__main__":
    sys.exit(main())
