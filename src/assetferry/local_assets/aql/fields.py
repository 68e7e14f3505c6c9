"""Where an object's values lie in the store, as SQL over ``objects o``.

A field is a column or one attribute of one type. The same expression, written without the
alias, is what its index is made of; SQLite uses an index only for the very expression.
"""

# ruff: noqa: S608 - values are bound; only ids and our own expressions are in the text

from collections.abc import Sequence
from dataclasses import dataclass

from .criteria import Contains, Criterion, Ends, Key, Kind, OneOf, Range
from .forms import Form, in_form
from .indexes import Indexable, WantedIndex, further_indexes, many_index, value_index
from .names import Attribute
from .parameters import Parameters

__all__ = ["COLUMNS", "Field", "attribute_field"]

FURTHER = 3
"""Values after the first that are looked up by an index; objects with more are looked through."""

_KINDS: dict[str, Kind] = {
    "integer": "number",
    "double": "number",
    "date": "date",
    "date_time": "date_time",
    "time": "time",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One place values are read from."""

    kind: Kind
    first: str
    """SQL for the first value's text, with ``{o}`` where the alias stands."""
    indexable: Indexable | None = None
    """None where the row id finds the object."""
    path: str | None = None
    """The JSON path, in SQL quotes, to the values, where an object may hold several."""

    def value(self, form: Form) -> str:
        """Give SQL for the first value in a form."""
        return in_form(self.first.format(o="o."), form)

    def satisfies(self, criterion: Criterion, parameters: Parameters, *, free: bool = False) -> str:
        """Give SQL that is true where the first value satisfies the criterion.

        ``free`` keeps SQLite from looking the value up in an index.
        """
        first = self.first.format(o="o.")
        return _test(first, criterion, parameters, sign="+" if free else "")

    def further_satisfy(self, criterion: Criterion, parameters: Parameters) -> list[str]:
        """Give SQL for each value after the first that has an index of its own."""
        further = () if self.indexable is None else self.indexable.further
        return [_test(one.format(o="o."), criterion, parameters) for one in further]

    def further_values(self, form: Form) -> list[str]:
        """Give SQL for these values in a form."""
        further = () if self.indexable is None else self.indexable.further
        return [in_form(one.format(o="o."), form) for one in further]

    def any_satisfies(self, criterion: Criterion, parameters: Parameters) -> str:
        """Give SQL that is true where any of several values does."""
        test = _test("v.value", criterion, parameters)
        return f"EXISTS (SELECT 1 FROM json_each(o.attributes, {self.path}) v WHERE {test})"

    def has_many(self) -> str:
        """Give SQL that is true where there are more values than have indexes."""
        return f"{self._count().format(o='o.')} > {1 + FURTHER}"

    def index(self, form: Form) -> list[WantedIndex]:
        """Give what makes a look-up in this form fast."""
        if self.indexable is None:
            return []
        first = value_index(self.indexable, form)
        if self.path is None:
            return [first]
        return [
            first,
            *further_indexes(self.indexable, form),
            many_index(self.indexable, self._count()),
        ]

    def order_index(self, form: Form) -> WantedIndex | None:
        """Give the index that is in the order of the first value."""
        return None if self.indexable is None else value_index(self.indexable, form)

    def _count(self) -> str:
        return f"json_array_length({{o}}attributes, {self.path})"


COLUMNS = {
    "label": Field("text", "{o}label", Indexable("label", "{o}label")),
    "key": Field("text", "{o}object_key"),
    "created": Field("date_time", "{o}created", Indexable("created", "{o}created")),
    "updated": Field("date_time", "{o}updated", Indexable("updated", "{o}updated")),
    "objectid": Field("id", "{o}id"),
}
"""The keywords that are columns, folded."""


def attribute_field(attribute: Attribute) -> Field:
    """Give the place of an attribute's values; a reference has none and is no field."""
    path = f"'$.\"{attribute.id}\"'"
    first, *further = (
        f"json_extract({{o}}attributes, '$.\"{attribute.id}\"[{place}]')"
        for place in range(1 + FURTHER)
    )
    indexed = tuple(further) if attribute.multiple else ()
    return Field(
        _KINDS.get(attribute.type, "text"),
        first,
        Indexable(str(attribute.id), first, attribute.object_type_id, indexed),
        path if attribute.multiple else None,
    )


def _test(text: str, criterion: Criterion, parameters: Parameters, sign: str = "") -> str:
    match criterion:
        case OneOf(form, keys, exact):
            equal = _one_of(sign + in_form(text, form), keys, parameters)
            return equal if exact is None else f"({equal} AND {text} = {parameters.add(exact)})"
        case Range():
            return _between(sign + in_form(text, criterion.form), criterion, parameters)
        case Contains(part):
            return f"instr(fold({text}), {parameters.add(part)}) > 0"
        case Ends(part):
            last = f"substr(fold({text}), -{len(part)})" if part else f"substr({text}, 1, 0)"
            return f"{last} = {parameters.add(part)}"


def _one_of(value: str, keys: Sequence[Key], parameters: Parameters) -> str:
    if len(keys) == 1:
        return f"{value} = {parameters.add(keys[0])}"
    return f"{value} IN (SELECT value FROM json_each({parameters.add_all(keys)}))"


def _between(value: str, wanted: Range, parameters: Parameters) -> str:
    sides: list[str] = []
    if wanted.low is not None:
        sign = ">=" if wanted.low_included else ">"
        sides.append(f"{value} {sign} {parameters.add(wanted.low)}")
    if wanted.high is not None:
        sign = "<=" if wanted.high_included else "<"
        sides.append(f"{value} {sign} {parameters.add(wanted.high)}")
    return f"({' AND '.join(sides)})" if len(sides) > 1 else sides[0]
