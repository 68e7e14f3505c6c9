"""Selectors: where in a chunk the entries of one object type lie (12.1)."""

from collections.abc import Callable
from typing import Any, TypeAlias

from assetferry.local_assets.jsonshape import is_list, is_object

__all__ = ["Select", "compile_selector"]

Select: TypeAlias = Callable[[dict[str, Any]], tuple[list[dict[str, Any]], int]]
"""Gives the entries, and how many things met in their place are no entries."""


def compile_selector(selector: str, *, takes_objects: bool = True) -> Select:
    """Compile a dotted path that walks every element of the arrays on its way.

    A path missing in a chunk holds no entries there, because chunks are partial; an object
    in the array's place is one entry, unless ``takes_objects`` is false; anything else is
    counted as an error.
    """
    *way, last = selector.split(".")

    def select(data: dict[str, Any]) -> tuple[list[dict[str, Any]], int]:
        holders: list[Any] = [data]
        for segment in way:
            holders = [child for holder in holders for child in _children(holder, segment)]
        found: list[Any] = []
        for holder in holders:
            met = _children(holder, last)
            if not takes_objects and is_object(holder) and is_object(holder.get(last)):
                met = [None]
            found += met
        entries = [one for one in found if is_object(one)]
        return entries, len(found) - len(entries)

    return select


def _children(holder: Any, segment: str) -> list[Any]:
    """Give what a key holds as a list; nothing where the key is absent or null."""
    value = holder.get(segment) if is_object(holder) else None
    if value is None:
        return []
    return value if is_list(value) else [value]
