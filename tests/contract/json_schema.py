"""A small JSON Schema validator: the keywords of the schemas under test, and an error for any other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_SILENT = {"$defs", "$id", "$schema", "description", "title", "metamodel_version", "version"}
_TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


def problems(value: Any, schema: dict[str, Any], *, root: dict[str, Any], at: str = "$") -> Iterator[str]:
    """What is wrong with a value, each with its place."""
    for keyword, wanted in schema.items():
        if keyword == "$ref":
            target = root
            for part in wanted.removeprefix("#/").split("/"):
                target = target[part]
            yield from problems(value, target, root=root, at=at)
        elif keyword == "type":
            if not _TYPES[wanted](value):
                yield f"{at} is no {wanted}"
        elif keyword == "enum":
            if value not in wanted:
                yield f"{at} is {value!r}"
        elif keyword == "pattern":
            if isinstance(value, str) and not re.search(wanted, value):
                yield f"{at} does not match"
        elif keyword == "minimum":
            if _TYPES["number"](value) and value < wanted:
                yield f"{at} is less than {wanted}"
        elif keyword == "anyOf":
            if all(list(problems(value, each, root=root, at=at)) for each in wanted):
                yield f"{at} is none of what is allowed"
        elif keyword == "items":
            if isinstance(value, list):
                for number, each in enumerate(value):
                    yield from problems(each, wanted, root=root, at=f"{at}[{number}]")
        elif keyword == "required":
            if isinstance(value, dict):
                yield from (f"{at}.{name} is missing" for name in wanted if name not in value)
        elif keyword == "properties":
            if isinstance(value, dict):
                for name, each in wanted.items():
                    if name in value:
                        yield from problems(value[name], each, root=root, at=f"{at}.{name}")
        elif keyword == "additionalProperties":
            if isinstance(value, dict) and wanted is False:
                yield from (
                    f"{at}.{name} is not known" for name in value if name not in schema.get("properties", {})
                )
        elif keyword not in _SILENT:
            raise NotImplementedError(keyword)
