"""A table as a JSON Decision Model: what the decision engine runs, and other tools read. Pure.

The model is always written from a table, and one from outside is read back into a table first:
three nodes in a line, one table among them. Expressions, functions, scripts, switches and nested
decisions have no place in it.
"""

from collections.abc import Mapping
from typing import Any, Final

from gateway.compliance.scenarios.catalogue import FEATURES
from gateway.compliance.scenarios.cells import cell_expression
from gateway.compliance.scenarios.errors import TableRefused
from gateway.compliance.scenarios.tables import Table, plain_of, table_of

OUTPUTS: Final = ("alert", "severity", "reason", "row")
HEAD: Final = "x-tillway"
"""Beside the graph: what a table is besides its rows. Engines pass over it."""
NODES: Final = ("inputNode", "decisionTableNode", "outputNode")


def jdm_of(table: Table) -> dict[str, Any]:
    """The model. ``cells`` of its head are the rows as officers type them."""
    inputs = [_input(at, name) for at, name in enumerate(table.columns)]
    outputs = [{"id": name, "name": name, "field": name} for name in OUTPUTS]
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "request", "name": "Features", "type": "inputNode", "position": _at(0)},
            {
                "id": "table",
                "name": table.scenario,
                "type": "decisionTableNode",
                "position": _at(1),
                "content": {
                    "hitPolicy": "first",
                    "inputs": inputs,
                    "outputs": outputs,
                    "rules": _rules(table),
                },
            },
            {"id": "response", "name": "Alert", "type": "outputNode", "position": _at(2)},
        ],
        "edges": [
            {"id": "in", "type": "edge", "sourceId": "request", "targetId": "table"},
            {"id": "out", "type": "edge", "sourceId": "table", "targetId": "response"},
        ],
        HEAD: plain_of(table),
    }


def table_of_jdm(told: Mapping[str, Any]) -> Table:
    """Read a model that was written from a table.

    Raises:
        TableRefused: ``model_node``, ``model_shape``: it holds something that no table of ours
            says, or its rules are not those of its head.
    """
    nodes = told.get("nodes")
    if not isinstance(nodes, list):
        raise TableRefused("model_shape")
    sorts = [node.get("type") if isinstance(node, Mapping) else None for node in nodes]
    strange = [sort for sort in sorts if sort not in NODES]
    if strange:
        raise TableRefused("model_node", str(strange[0]))
    head = told.get(HEAD)
    if not isinstance(head, Mapping):
        raise TableRefused("model_shape")
    table = table_of(head)
    if _bones(told) != _bones(jdm_of(table)):
        raise TableRefused("model_shape")
    return table


def _bones(model: Mapping[str, Any]) -> Any:
    """What a model decides, without where its boxes are drawn."""
    nodes = [
        {name: value for name, value in node.items() if name != "position"}
        for node in model["nodes"]
    ]
    return {"nodes": nodes, "edges": model.get("edges")}


def _rules(table: Table) -> list[dict[str, str]]:
    features = [FEATURES[name] for name in table.columns]
    return [
        {
            "_id": f"row{number}",
            **{
                f"in{at}": cell_expression(cell, feature)
                for at, (cell, feature) in enumerate(zip(row.cells, features, strict=True))
            },
            "alert": "false" if row.severity == "none" else "true",
            "severity": f'"{row.severity}"',
            "reason": f'"{row.reason}"',  # of no quote and no backslash: see tables
            "row": str(number),
        }
        for number, row in enumerate(table.rows, start=1)
    ]


def _input(at: int, name: str) -> dict[str, str]:
    return {"id": f"in{at}", "name": name, "field": name}


def _at(place: int) -> dict[str, int]:
    return {"x": 300 * place, "y": 0}
