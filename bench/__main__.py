"""`python -m bench [NAME …]`: run benchmarks; the last line of each is its JSON."""

import argparse
import importlib
import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

from bench.calibration import calibration_ms

NOT_BENCHMARKS = {"__init__", "__main__", "calibration"}
SEED = 20_261_124


def names() -> list[str]:
    found = {path.stem for path in Path(__file__).parent.glob("*.py")} - NOT_BENCHMARKS
    return sorted(n for n in found if hasattr(importlib.import_module(f"bench.{n}"), "run"))


def run(name: str, *, seed: int) -> dict[str, Any]:
    before = calibration_ms()
    result = importlib.import_module(f"bench.{name}").run(seed=seed)
    conditions = {
        **result["conditions"],
        "calibration_ms": round((before + calibration_ms()) / 2, 2),
        "seed": seed,
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }
    return {"bench": name, "figures": result["figures"], "conditions": conditions}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="all of them if none is given")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    for name in options.names or names():
        print(f"── {name}", file=sys.stderr, flush=True)
        print(json.dumps(run(name, seed=options.seed)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
