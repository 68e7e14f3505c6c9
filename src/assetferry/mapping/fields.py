"""Fields: one attribute, compiled into the step that puts its value into an entry."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from assetferry.definition.attribute_values import own_converter, source_converter
from assetferry.definition.attributes import Attribute
from assetferry.definition.conversions import Converter
from assetferry.definition.document import Definition
from assetferry.definition.scalars import Misfit, as_text, is_empty
from assetferry.mapping.projections import Reader
from assetferry.mapping.readers import compile_reader, only_key

__all__ = ["Field", "Step", "Unfit", "compile_field"]

Step: TypeAlias = Callable[[Any, dict[str, Any]], int]
"""Reads from the item, puts what is to be sent into the entry, and gives how many values were
left out of many. Raises Misfit or ReadError where the value does not fit the type, Unfit where
the record is to be quarantined whatever the attribute's rank."""


class Unfit(Exception):
    """A record cannot become an entry because of this attribute."""

    def __init__(self, code: str, reason: str) -> None:
        """``code`` is stable; ``reason`` follows the expression in a sentence."""
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One attribute, compiled."""

    attribute: str
    locator: str
    """Its key in the entry."""
    expression: str
    from_record: bool
    critical: bool
    """Whether a value that does not fit makes the record useless."""
    step: Step


def compile_field(definition: Definition, name: str, locator: str, attribute: Attribute) -> Field:
    """Compile an attribute that passed ``load``'s checks."""
    expression = attribute.from_ if attribute.from_ is not None else attribute.from_record
    if expression is None:
        raise ValueError(f"attribute {name!r} reads nothing; load() refuses such definitions")
    convert = source_converter(attribute, definition.object_types)
    own = own_converter(attribute, definition.object_types)
    default = None if attribute.default is None else own(attribute.default)
    if attribute.map is not None:
        table = {key: own(value) for key, value in attribute.map.items()}
        convert = _mapped(table, default, convert if attribute.keep_unmapped else None)
    fill = _on_empty(locator, attribute, default)
    read = compile_reader(expression)
    if attribute.multiple:
        step = _many(locator, read, convert, fill, critical=attribute.critical)
    else:
        step = _one(locator, read, only_key(expression), convert, fill)
    return Field(
        attribute=name,
        locator=locator,
        expression=expression,
        from_record=attribute.from_ is None,
        critical=attribute.critical,
        step=step,
    )


def _mapped(table: dict[str, Any], default: Any | None, keep: Converter | None) -> Converter:
    def mapped(value: Any) -> Any:
        found = table.get(as_text(value))
        if found is not None:
            return found
        if keep is not None:
            return keep(value)
        if default is not None:
            return default
        raise Unfit(
            "unmapped_value",
            "has a value that map does not name; add it to map, or set default or keep_unmapped",
        )

    return mapped


Fill: TypeAlias = Callable[[dict[str, Any]], int]
"""Does to an entry what an empty value asks for."""


def _on_empty(locator: str, attribute: Attribute, default: Any | None) -> Fill:
    """Decide once what an empty value of this attribute leads to."""
    if default is None and attribute.critical:
        return _refusal(attribute)
    if default is None and attribute.empty == "keep":
        return lambda _: 0
    settled = "" if default is None else [default] if attribute.multiple else default

    def fill(entry: dict[str, Any]) -> int:
        entry[locator] = settled
        return 0

    return fill


def _refusal(attribute: Attribute) -> Fill:
    if attribute.identity:
        code, why = "empty_identity", "is empty but tells objects apart; correct it in the source"
    elif attribute.label:
        code, why = "empty_label", "is empty but names the object; correct it in the source"
    else:
        code, why = "missing_required", "is empty but required; correct it, or set a default"

    def refuse(_: dict[str, Any]) -> int:
        raise Unfit(code, why)

    return refuse


def _one(locator: str, read: Reader, key: str | None, convert: Converter, fill: Fill) -> Step:
    """Put one value. Reading a single key and passing a text on, most of all work, is inlined."""
    text = convert is as_text

    def step(item: Any, entry: dict[str, Any]) -> int:
        value = item.get(key) if key is not None and item.__class__ is dict else read(item)
        if value.__class__ is str:
            if not value or value.isspace():
                return fill(entry)
            if text:
                entry[locator] = value
                return 0
        elif value is None or value in ([], {}):
            return fill(entry)
        entry[locator] = convert(value)
        return 0

    return step


def _many(locator: str, read: Reader, convert: Converter, fill: Fill, *, critical: bool) -> Step:
    """Put many values; equal ones once, in the order of their first place."""

    def step(item: Any, entry: dict[str, Any]) -> int:
        value = read(item)
        kept: dict[Any, None] = {}
        left_out = 0
        for one in cast("list[Any]", value) if isinstance(value, list) else [value]:
            if is_empty(one):
                continue
            try:
                kept[convert(one)] = None
            except Misfit:
                if critical:
                    raise
                left_out += 1
        if kept:
            entry[locator] = list(kept)
            return left_out
        return left_out or fill(entry)

    return step
