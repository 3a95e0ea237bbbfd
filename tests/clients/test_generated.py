"""What is written from the API's description, and that it still is what would be written."""

import ast
import copy
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from tillway import operations
from tillway.version import __version__

from clients.generating.__main__ import DESCRIPTION, ROOT, files
from clients.generating.description import NotDescribable, described
from clients.generating.python_files import python_files
from clients.generating.versions import version_of

PYTHON = ROOT / "clients" / "python" / "src" / "tillway"
TYPESCRIPT = ROOT / "clients" / "typescript"


@pytest.fixture
def document() -> Any:
    return orjson.loads(DESCRIPTION.read_bytes())


def test_the_clients_say_what_the_api_says_now() -> None:
    """After a change of the API: ``manage.py openapi``, then ``python -m clients.generating``."""
    old = [str(path) for path, text in files().items() if (ROOT / path).read_text() != text]
    assert old == []


def test_every_operation_has_its_method(document: Any) -> None:
    operations_of = described(document).operations
    assert len(operations_of) == sum(len(methods) for methods in document["paths"].values())
    for each in operations_of:
        group = "".join(word.capitalize() for word in each.group.split("_"))
        assert callable(getattr(getattr(operations, group), each.name))


def test_the_order_of_the_description_changes_nothing(document: Any) -> None:
    turned = copy.deepcopy(document)
    turned["paths"] = dict(reversed(document["paths"].items()))
    turned["components"]["schemas"] = dict(reversed(document["components"]["schemas"].items()))
    assert described(turned) == described(document)


def test_an_amount_that_would_be_read_as_a_float_is_never_written(document: Any) -> None:
    document["components"]["schemas"]["Invoice"]["properties"]["amount"] = {"type": "number"}
    with pytest.raises(NotDescribable, match=r"Invoice\.amount"):
        described(document)


def test_two_operations_of_one_name_are_refused(document: Any) -> None:
    document["paths"]["/v1/invoices"]["post"]["operationId"] = "invoice_get"
    with pytest.raises(NotDescribable, match=r"invoices\.get"):
        described(document)


@pytest.mark.parametrize("name", ["from", "self", "shapes"])
def test_an_argument_that_python_would_take_for_something_else_is_refused(
    document: Any, name: str
) -> None:
    """`from` of a request once made a file that could not be read."""
    fields = document["components"]["schemas"]["NewReplayRequest"]["properties"]
    fields[name] = {"type": "string"}
    with pytest.raises(NotDescribable, match=rf"/replay: {name}"):
        python_files(described(document))


def test_the_package_stands_alone() -> None:
    """It is installed without Django and without the gateway's code."""
    imported = {name for path in PYTHON.rglob("*.py") for name in _imports(path)}
    assert imported - set(sys.stdlib_module_names) == {"httpx", "tillway"}


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


def test_the_packages_are_of_the_apis_version(document: Any) -> None:
    package = orjson.loads((TYPESCRIPT / "package.json").read_bytes())
    assert package["version"] == __version__ == version_of(document)
    assert f'VERSION = "{__version__}"' in (TYPESCRIPT / "src" / "version.ts").read_text()
    document["info"]["version"] = "2.7.4"
    assert version_of(document).rpartition(".")[0] == "2.7"
