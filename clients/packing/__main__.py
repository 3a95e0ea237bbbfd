"""Build what is published, and try it where nothing else is."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

from clients.generating.__main__ import ROOT
from clients.packing.building import NODE, Failed, build, node_with, python_with, run
from clients.packing.readmes import environment, python_program, typescript_program
from clients.packing.selling import heard_of_a_sale
from demo.shop import OpenShop, open_shop

OUT: Final = ROOT / "build" / "clients"
PYTHONS: Final = ("wheel", "sdist")


def main() -> int:
    try:
        built = build(OUT)
        with tempfile.TemporaryDirectory() as folder:
            places = Path(folder)
            pythons = {
                kind: python_with(getattr(built, kind), folder=places / kind) for kind in PYTHONS
            }
            node = node_with(built.tarball, folder=places / "node")
            _say("installed into empty places: wheel, sdist, tarball")
            with open_shop(purpose="clients", say=_say) as shop:
                for kind, python in pythons.items():
                    _run_python(python, shop, kind=kind)
                _run_node(node, shop)
                heard = heard_of_a_sale(shop, tillway=pythons["wheel"].with_name("tillway"))
                _say(f"tillway listen: {heard.told}, each {heard.slowest_ms} ms after or sooner")
    except Failed as failed:
        _say(str(failed))
        return 1
    for package in (built.wheel, built.sdist, built.tarball):
        _say(f"publish {package.relative_to(ROOT)}")
    return 0


def _run_python(python: Path, shop: OpenShop, *, kind: str) -> None:
    program = python.parent.parent / "readme.py"
    program.write_text(python_program())
    run(str(python), str(program), environment=_environment(shop))
    _say(f"the README of the {kind} runs")


def _run_node(folder: Path, shop: OpenShop) -> None:
    program = folder / "readme.ts"
    program.write_text(typescript_program())
    run(str(NODE), str(program), environment=_environment(shop))
    _say("the README of the tarball runs")


def _environment(shop: OpenShop) -> dict[str, str]:
    """Nothing of ours: what is installed finds what stands in its own place, or fails."""
    return {**environment(url=shop.house.url, key=shop.api.key), "HOME": os.environ["HOME"]}


def _say(line: str) -> None:
    sys.stdout.write(f"── {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
