"""Processes killed at every fault point, services gone, while shops sell: what did not hold.

Runs pass in batches through one standing house; how a run comes from its seed and number is in
``tests/faults``. ``python -m bench.faults --seed S --only N`` replays one run in a fresh house.
``FAULT_RUNS`` sets how many there are.
"""

import argparse
import json
import os
import sys
from typing import Any

from tests.faults.names import NOT_HERE
from tests.faults.standing import Report, numbers_of, run_of, standing_house, told

RUNS = 500
AT_ONCE = 20
SHOWN = 20


def run(*, seed: int) -> dict[str, Any]:
    runs = int(os.environ.get("FAULT_RUNS", RUNS))
    report = Report()
    with standing_house(purpose="faults", at_once=min(AT_ONCE, runs), seed=seed) as standing:
        for batch in range(-(-runs // AT_ONCE)):
            numbers = numbers_of(batch, size=AT_ONCE, total=runs)
            report.add(standing.batch([run_of(seed, number) for number in numbers]))
            print(f"   {report.runs} of {runs}: {told(report)}", file=sys.stderr, flush=True)
    return {
        "figures": told(report),
        "conditions": {
            "at_once": AT_ONCE,
            "kills": dict(sorted(report.kills.items())),
            "outages": dict(sorted(report.outages.items())),
            "violations": report.violations[:SHOWN],
            "points_left_out": NOT_HERE,
        },
    }


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
