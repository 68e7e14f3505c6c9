"""Locators: where in an entry the values of one attribute lie (12.2)."""

from collections.abc import Callable
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

from assetferry.local_assets.jsonshape import is_list, is_object

__all__ = ["ABSENT", "Absent", "Locate", "compile_locator", "flat", "is_empty"]


class Absent(Enum):
    """The type of ABSENT."""

    ABSENT = "absent"


ABSENT: Final[Literal[Absent.ABSENT]] = Absent.ABSENT
"""The entry does not have the key at all, so the stored value stays (12.4)."""

Locate: TypeAlias = Callable[[dict[str, Any]], Any]
"""Gives a scalar, a flat list where the path meets an array, or ABSENT."""


def compile_locator(locator: str) -> Locate:
    """Compile ``a``, ``a.b`` or ``a[*].b``; an exact key with dots in it wins."""
    segments = locator.replace("[*]", "").split(".")
    if len(segments) == 1:
        name = segments[0]
        return lambda entry: flat(entry.get(name, ABSENT))

    def locate(entry: dict[str, Any]) -> Any:
        if locator in entry:
            return flat(entry[locator])
        return flat(_descend(entry, segments, 0))

    return locate


def is_empty(value: Any) -> bool:
    """Tell whether a present value holds nothing: null, blank text, an empty list."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def _descend(holder: Any, segments: list[str], at: int) -> Any:
    if at == len(segments):
        return holder
    if is_list(holder):
        met = [_descend(element, segments, at) for element in flat(holder)]
        return [one for one in met if one is not ABSENT]
    if not is_object(holder) or segments[at] not in holder:
        return ABSENT
    return _descend(holder[segments[at]], segments, at + 1)


def flat(value: Any) -> Any:
    """Flatten lists in lists, and leave everything else alone."""
    if not is_list(value):
        return value
    # Not by recursion: an entry may be nested as deep as its reader goes.
    leaves: list[Any] = []
    left = value[::-1]
    while left:
        element = left.pop()
        if is_list(element):
            left += element[::-1]
        else:
            leaves.append(element)
    return leaves
