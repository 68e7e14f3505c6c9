"""Fields: what one attribute makes of the value that was read for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, cast

from assetferry.definition.attributes import Attribute
from assetferry.definition.conversions import Converter, Misfit, as_text, converter, is_empty
from assetferry.definition.document import Definition
from assetferry.mapping.readers import Reader, compile_reader

__all__ = ["ABSENT", "Field", "Part", "Settle", "Unfit", "compile_field"]

Settle: TypeAlias = Callable[[Any], Any]
"""From the value read to the value to send, or a Part. Raises Misfit where the value does not
fit the type, Unfit where the record is to be quarantined whatever the attribute's rank."""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What is sent where something was left out: the rest of many values, or nothing."""

    value: Any
    left_out: int


ABSENT: Final = Part(None, 0)
"""Nothing to send, and nothing wrong."""


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
    read: Reader
    settle: Settle


def compile_field(definition: Definition, name: str, locator: str, attribute: Attribute) -> Field:
    """Compile an attribute that passed ``load``'s checks."""
    expression = attribute.from_ if attribute.from_ is not None else attribute.from_record
    if expression is None:
        raise ValueError(f"attribute {name!r} reads nothing; load() refuses such definitions")
    convert, pass_on = _converter(definition, attribute), attribute.default
    default = None if pass_on is None else _plain_converter(definition, attribute)(pass_on)
    if attribute.map is not None:
        convert = _mapped(_plain_converter(definition, attribute), convert, attribute, default)
    empty = _for_empty(attribute, default)
    settle = _many(convert, empty, attribute) if attribute.multiple else _one(convert, empty)
    return Field(
        attribute=name,
        locator=locator,
        expression=expression,
        from_record=attribute.from_ is None,
        critical=attribute.critical,
        read=compile_reader(expression),
        settle=settle,
    )


def _converter(definition: Definition, attribute: Attribute) -> Converter:
    """Convert what the source writes, in the attribute's own format."""
    if attribute.type != "reference" or attribute.to is None or attribute.match is None:
        return converter(attribute.type, values=attribute.values, pattern=attribute.format)
    # Assets compares with what the matched attribute stores: 5.0 was stored as 5.
    matched = definition.object_types[attribute.to].attributes[attribute.match]
    stored = _converter(definition, matched)
    return stored if stored is as_text else lambda value: as_text(stored(value))


def _plain_converter(definition: Definition, attribute: Attribute) -> Converter:
    """Convert what the definition itself writes in ``map`` and ``default``: always ISO 8601."""
    if attribute.format is None:
        return _converter(definition, attribute)
    return converter(attribute.type, values=attribute.values)


def _mapped(
    own: Converter, convert: Converter, attribute: Attribute, default: Any | None
) -> Converter:
    table = {key: own(value) for key, value in (attribute.map or {}).items()}
    keep = attribute.keep_unmapped

    def mapped(value: Any) -> Any:
        found = table.get(as_text(value))
        if found is not None:
            return found
        if keep:
            return convert(value)
        if default is not None:
            return default
        raise Unfit(
            "unmapped_value",
            "has a value that map does not name; add it to map, or set default or keep_unmapped",
        )

    return mapped


def _for_empty(attribute: Attribute, default: Any | None) -> Callable[[], Any]:
    """Decide once what an empty value of this attribute leads to."""
    if default is not None:
        return lambda: [default] if attribute.multiple else default
    if attribute.critical:
        unfit = _missing(attribute)

        def refuse() -> Any:
            raise Unfit(*unfit)

        return refuse
    settled = "" if attribute.empty == "clear" else ABSENT
    return lambda: settled


def _missing(attribute: Attribute) -> tuple[str, str]:
    if attribute.identity:
        return "empty_identity", "is empty but tells objects apart; correct it in the source"
    if attribute.label:
        return "empty_label", "is empty but names the object; correct it in the source"
    return "missing_required", "is empty but required; correct it, or set a default"


def _one(convert: Converter, empty: Callable[[], Any]) -> Settle:
    def settle(value: Any) -> Any:
        if isinstance(value, str):
            # Most values; the test for white space only looks beyond the first character
            # where that is white space itself.
            return convert(value) if value and not value.isspace() else empty()
        return empty() if is_empty(value) else convert(value)

    return settle


def _many(convert: Converter, empty: Callable[[], Any], attribute: Attribute) -> Settle:
    """Convert each value; equal ones are sent once, in the order of their first place."""
    critical = attribute.critical

    def settle(value: Any) -> Any:
        items = cast("list[Any]", value) if isinstance(value, list) else [value]
        kept: dict[Any, None] = {}
        left_out = 0
        for item in items:
            if is_empty(item):
                continue
            try:
                kept[convert(item)] = None
            except Misfit:
                if critical:
                    raise
                left_out += 1
        if kept:
            return Part(list(kept), left_out) if left_out else list(kept)
        return Part(None, left_out) if left_out else empty()

    return settle
