"""Entries: one object type, compiled, makes entries of the records of its stream."""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias, cast

import msgspec

from assetferry.definition.document import Definition
from assetferry.definition.names import slug
from assetferry.definition.object_types import ObjectType
from assetferry.definition.scalars import Misfit, as_text
from assetferry.mapping.fields import Field, Step, Unfit, compile_field
from assetferry.mapping.outcome import Entry, Outcome, Problem
from assetferry.mapping.projections import Reader, is_true
from assetferry.mapping.readers import ReadError, compile_reader

__all__ = ["EntryMaker", "Made"]

_LEFT_OUT: Final = Outcome()
_encode = msgspec.json.Encoder().encode


_Steps: TypeAlias = tuple[tuple[Step, Field], ...]
"""Fields with the part that every record needs laid out: unpacking is cheaper than asking."""


class Made:
    """Collects what is made of one record, over all object types of its stream."""

    __slots__ = ("entries", "problems", "values_left_out")

    def __init__(self) -> None:
        """Start with nothing."""
        self.entries: list[Entry] = []
        self.problems: list[Problem] = []
        self.values_left_out = 0

    def take(self) -> Outcome:
        """Give the record's outcome, and start anew for the next."""
        if self.problems or self.values_left_out:
            found = Outcome(tuple(self.entries), tuple(self.problems), self.values_left_out)
            self.problems.clear()
            self.values_left_out = 0
        elif self.entries:
            found = Outcome(tuple(self.entries))
        else:
            return _LEFT_OUT
        self.entries.clear()
        return found


class EntryMaker:
    """Makes the entries of one object type."""

    def __init__(self, definition: Definition, name: str, object_type: ObjectType) -> None:
        """Compile ``object_type``, which passed ``load``'s checks."""
        self.object_type = name
        self.selector = slug(name)
        self.finds_duplicates = object_type.finds_duplicates
        self._where = _optional(object_type.where)
        self._where_record = _optional(object_type.where_record)
        self._each = _optional(object_type.each)
        fields = [
            compile_field(definition, attribute_name, slug(attribute_name), attribute)
            for attribute_name, attribute in object_type.attributes.items()
        ]
        self._identity = (
            tuple(slug(key) for key, one in object_type.attributes.items() if one.identity)
            if object_type.finds_duplicates
            else ()
        )
        self._of_item = _steps(fields, from_record=False)
        self._of_record = _steps(fields, from_record=True)

    def make(self, record: dict[str, Any], made: Made) -> None:
        """Add the entries and problems of one record to ``made``."""
        at = "where_record"
        try:
            if self._where_record is not None and not is_true(self._where_record(record)):
                return
            if self._each is None:
                self._make_one(record, record, made, 0)
                return
            at = "each"
            items = _items(self._each(record))
        except ReadError as error:
            made.problems.append(self._unreadable(at, error))
            return
        for number, item in enumerate(items, start=1):
            self._make_one(item, record, made, number)

    def _make_one(self, item: Any, record: Any, made: Made, number: int) -> None:
        if self._where is not None:
            try:
                if not is_true(self._where(item)):
                    return
            except ReadError as error:
                made.problems.append(self._unreadable("where", error, number))
                return
        body: dict[str, Any] = {}
        fits = self._fill(body, self._of_item, item, made, number)
        if self._of_record:
            fits &= self._fill(body, self._of_record, record, made, number)
        if not fits:
            return
        try:
            encoded = _encode(body)
        except UnicodeEncodeError:
            reason = "a text holds half of a character, which JSON cannot carry; mend it"
            made.problems.append(self._problem(None, "bad_text", reason, number))
            return
        # Compared by Assets as trimmed text (assets-api §12.3).
        identity = tuple([as_text(body[name]).strip() for name in self._identity])
        made.entries.append(Entry(self.object_type, self.selector, encoded, identity))

    def _fill(
        self, body: dict[str, Any], steps: _Steps, source: Any, made: Made, number: int
    ) -> bool:
        """Read the fields of ``steps`` into ``body``; tell whether the entry can still be made."""
        fits = True
        for step, found in steps:
            try:
                left_out = step(source, body)
            except (Misfit, ReadError) as error:
                if found.critical:
                    fits = self._unfit(found, "bad_value", str(error), made, number)
                else:
                    made.values_left_out += 1
                continue
            except Unfit as error:
                fits = self._unfit(found, error.code, error.reason, made, number)
                continue
            if left_out:
                made.values_left_out += left_out
        return fits

    def _unfit(self, found: Field, code: str, reason: str, made: Made, number: int) -> bool:
        text = f"{found.expression} {reason}"
        made.problems.append(self._problem(found.attribute, code, text, number))
        return False

    def _unreadable(self, what: str, error: ReadError, number: int = 0) -> Problem:
        reason = f"{what} {error}; make the expression allow for records like this"
        return self._problem(None, "bad_expression", reason, number)

    def _problem(self, attribute: str | None, code: str, reason: str, number: int) -> Problem:
        place = f"item {number} of each: " if number else ""
        return Problem(self.object_type, attribute, code, place + reason, number)


def _steps(fields: Sequence[Field], *, from_record: bool) -> _Steps:
    return tuple((found.step, found) for found in fields if found.from_record == from_record)


def _optional(expression: str | None) -> Reader | None:
    return None if expression is None else compile_reader(expression)


def _items(found: Any) -> list[Any]:
    """Give the nested items: none for null, one for anything that is no list."""
    if isinstance(found, list):
        return [item for item in cast("list[Any]", found) if item is not None]
    return [] if found is None else [found]
