"""The description as a page shows it: operations by subject, their inputs, every code."""

from functools import lru_cache
from typing import Any, Final

from merchants.api import schema

METHODS: Final = ("get", "post", "patch", "delete")


@lru_cache(maxsize=1)
def page() -> dict[str, Any]:
    """What the template draws; made once per process."""
    described = schema.generate()
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in described["paths"].items():
        for method in METHODS:
            if method in item:
                name = path.split("/")[2].split(".")[0]
                groups.setdefault(name, []).append(
                    _operation(item[method], path=path, method=method, described=described)
                )
    return {
        "title": described["info"]["title"],
        "version": described["info"]["version"],
        "description": described["info"].get("description", ""),
        "groups": [{"name": name, "operations": found} for name, found in groups.items()],
    }


def _operation(
    operation: dict[str, Any], *, path: str, method: str, described: dict[str, Any]
) -> dict[str, Any]:
    success: tuple[str, dict[str, Any]] = next(
        (
            (status, answer)
            for status, answer in operation["responses"].items()
            if str(status).startswith("2")
        ),
        ("", {}),
    )
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "scope": operation.get("x-scope", ""),
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": [
            {
                "name": parameter["name"],
                "where": parameter["in"],
                "required": parameter.get("required", False),
                "type": _type(parameter.get("schema", {})),
                "description": parameter.get("description", ""),
            }
            for parameter in operation.get("parameters", [])
        ],
        "body": _fields(operation.get("requestBody", {}).get("content", {}), described),
        "status": success[0],
        "answer": _fields(success[1].get("content", {}), described),
    }


def _fields(content: dict[str, Any], described: dict[str, Any]) -> list[dict[str, Any]]:
    shape = content.get("application/json", {}).get("schema", {})
    shape = _resolved(shape, described)
    required = set(shape.get("required", []))
    return [
        {
            "name": name,
            "required": name in required,
            "type": _type(field),
            "description": field.get("description", ""),
        }
        for name, field in shape.get("properties", {}).items()
    ]


def _resolved(shape: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    name = shape.get("$ref", "").rpartition("/")[2]
    return dict(described["components"]["schemas"][name]) if name else shape


def _type(shape: dict[str, Any]) -> str:
    if "$ref" in shape:
        return str(shape["$ref"].rpartition("/")[2])
    for combined in ("allOf", "oneOf", "anyOf"):
        if combined in shape:
            return " or ".join(_type(part) for part in shape[combined])
    if "enum" in shape:
        return " | ".join("null" if value is None else str(value) for value in shape["enum"])
    kind = shape.get("type", "any")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        return f"list of {_type(shape.get('items', {}))}"
    return str(shape.get("format") or kind)
