"""JMESPath expressions as a definition holds them, and their parsed form."""

from typing import Annotated, Any, TypeAlias, cast

import jmespath
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator, WithJsonSchema

from assetferry.definition.model import mistake

__all__ = ["Expression", "Node", "parse"]

Node: TypeAlias = dict[str, Any]
"""A node of JMESPath's syntax tree: ``type``, ``children`` and often ``value``."""


def parse(expression: str) -> Node:
    """Give the syntax tree; raises jmespath's own error where there is none."""
    return cast("Node", cast("Any", jmespath).compile(expression).parsed)


def _compiles(expression: str) -> str:
    try:
        tree = parse(expression)
    except JMESPathError as error:
        place = getattr(error, "lex_position", None)
        where = f" at character {place + 1}" if isinstance(place, int) and place >= 0 else ""
        raise mistake(
            f"is not a JMESPath expression{where}",
            "Texts stand in single quotes, and keys with other characters than letters, digits "
            "and _ in double quotes: \"full-name\", kind == 'laptop' (see jmespath.org).",
        ) from None
    unknown = _unknown_function(tree)
    if unknown is not None:
        raise mistake(f"calls {unknown}(), which JMESPath does not have", "See jmespath.org.")
    return expression


def _unknown_function(node: Node) -> str | None:
    """Find a call that would fail only once records arrive: jmespath compiles any name."""
    from jmespath.functions import Functions  # noqa: PLC0415  # untyped, needed only here

    known = cast("dict[str, Any]", cast("Any", Functions).FUNCTION_TABLE)
    if node["type"] == "function_expression" and node["value"] not in known:
        return str(node["value"])
    for child in node["children"]:
        if isinstance(child, dict) and (found := _unknown_function(cast("Node", child))):
            return found
    return None


Expression: TypeAlias = Annotated[
    str, AfterValidator(_compiles), WithJsonSchema({"type": "string", "format": "jmespath"})
]
"""A JMESPath expression that compiles."""
