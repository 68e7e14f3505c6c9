"""ORDER BY as SQL.

Missing values come first when ascending, as SQLite's NULLs do. The id is always the last
term, in the same direction, so that paging is stable and an index read backwards serves
DESC. Several values sort by the first, several referenced objects by the lowest.
"""

# ruff: noqa: S608 - values are bound; only ids and our own expressions are in the text

from collections.abc import Mapping
from dataclasses import dataclass

from .compiler import Compiler
from .criteria import Kind
from .fields import COLUMNS
from .forms import Form
from .functions import fold
from .indexes import WantedIndex
from .names import Attribute
from .places import Place, Reference, follow, places
from .syntax import Name, Order, Path

__all__ = ["OrderKey", "order_key"]

_FORMS: Mapping[Kind, Form] = {
    "text": "folded",
    "number": "number",
    "id": "plain",
    "date": "plain",
    "date_time": "plain",
    "time": "plain",
}
_DEFAULT: Path = (Name("label", 1),)


@dataclass(frozen=True, slots=True)
class OrderKey:
    """What to order by, and the index that is in this order, where one can be."""

    sql: str
    index: WantedIndex | None = None


def order_key(compiler: Compiler, order: Order | None, types: frozenset[int]) -> OrderKey:
    """Give what to order the objects of these types by; label is the default."""
    return _key(compiler, order.path if order else _DEFAULT, types)


def _key(compiler: Compiler, path: Path, types: frozenset[int]) -> OrderKey:
    name, *rest = path
    if rest:
        references = follow(name, compiler.names)
        here = [each for each in references if each.object_type_id in types]
        inner = _key(compiler, tuple(rest), compiler.names.targets(here or references))
        return _through(compiler, here, inner)
    word = fold(name.text) or ""
    by_type = _by_type(compiler, word)
    if by_type is not None:
        return by_type
    if word == "key":
        # ITSM-9 comes before ITSM-10.
        return OrderKey("fold(rtrim(o.object_key, '0123456789'))")
    found = places(name, compiler.names, types)
    keys = {place: _of_place(compiler, place) for place in found}
    if len(found) == 1 and found[0].types >= types:
        return keys[found[0]]
    whens = "".join(
        f" WHEN o.object_type_id IN ({', '.join(map(str, sorted(place.types)))}) THEN {key.sql}"
        for place, key in keys.items()
    )
    return OrderKey(f"CASE{whens} END" if whens else "NULL")


def _of_place(compiler: Compiler, place: Place) -> OrderKey:
    if isinstance(place.field, Reference):
        label = OrderKey(COLUMNS["label"].value("folded"))
        return _through(compiler, [place.field.attribute], label)
    form = _FORMS[place.field.kind]
    return OrderKey(place.field.value(form), place.field.order_index(form))


def _through(compiler: Compiler, references: list[Attribute], inner: OrderKey) -> OrderKey:
    """Give the lowest key among the objects that these references point to."""
    if not references:
        return OrderKey("NULL")
    step = compiler.step(f"SELECT o.id AS id, {inner.sql} AS value FROM objects o")
    ids = ", ".join(str(each.id) for each in references)
    return OrderKey(
        f"(SELECT min(s.value) FROM object_references r JOIN {step} s ON s.id = r.target_id"
        f" WHERE r.object_id = o.id AND r.attribute_id IN ({ids}))"
    )


def _by_type(compiler: Compiler, word: str) -> OrderKey | None:
    """Order by the name or id of the type or schema: the same for all objects of a type."""
    names = compiler.names
    match word:
        case "objecttypeid":
            return OrderKey("o.object_type_id")
        case "objectschemaid":
            return OrderKey("o.object_schema_id")
        case "objecttype":
            column, known = "o.object_type_id", {t.id: t.name for t in names.types.values()}
        case "objectschema":
            column, known = "o.object_schema_id", dict(names.schemas)
        case _:
            return None
    whens = "".join(
        f" WHEN {id_} THEN {compiler.parameters.add(fold(name) or '')}"
        for id_, name in known.items()
    )
    return OrderKey(f"CASE {column}{whens} END" if whens else "NULL")
