"""Readers of lists: what ``a[]``, ``a[*]``, ``a[0]`` and ``a[?b]`` mean, as plain functions."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

__all__ = ["Reader", "chain", "filtered", "flattened", "indexed", "is_true", "projected"]

Reader: TypeAlias = Callable[[Any], Any]
"""Reads one value from another. Raises ReadError where jmespath gives up on the data."""


def is_true(value: Any) -> bool:
    """Tell whether JMESPath takes a value for true: all but null, false and what is empty."""
    if value is None or value is False:
        return False
    return value not in ("", [], {})


def chain(readers: Sequence[Reader]) -> Reader:
    """Read by each in turn from what the one before gave."""

    def read(value: Any) -> Any:
        for reader in readers:
            value = reader(value)
        return value

    return read


def indexed(index: int) -> Reader:
    """Take one element of a list, from its end where ``index`` is negative."""

    def read(value: Any) -> Any:
        if not isinstance(value, list) or not -len(value) <= index < len(value):  # pyright: ignore[reportUnknownArgumentType]
            return None
        return value[index]  # pyright: ignore[reportUnknownVariableType]

    return read


def flattened(base: Reader) -> Reader:
    """Open the lists in a list, one level deep; null where there is no list."""

    def read(value: Any) -> Any:
        found = base(value)
        if not isinstance(found, list):
            return None
        merged: list[Any] = []
        for element in found:  # pyright: ignore[reportUnknownVariableType]
            if isinstance(element, list):
                merged += element
            else:
                merged.append(element)
        return merged

    return read


def projected(base: Reader, each: Reader) -> Reader:
    """Read from every element of a list; nulls are dropped, as JMESPath does."""

    def read(value: Any) -> Any:
        found = base(value)
        if not isinstance(found, list):
            return None
        return [one for element in found if (one := each(element)) is not None]  # pyright: ignore[reportUnknownVariableType]

    return read


def filtered(base: Reader, each: Reader, condition: Reader) -> Reader:
    """Read from the elements for which ``condition`` is true."""

    def read(value: Any) -> Any:
        found = base(value)
        if not isinstance(found, list):
            return None
        return [
            one
            for element in found  # pyright: ignore[reportUnknownVariableType]
            if is_true(condition(element)) and (one := each(element)) is not None
        ]

    return read
