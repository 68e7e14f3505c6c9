"""Single values of a source: when one is empty, and how it is written as text."""

from math import isfinite
from typing import Any

__all__ = ["Misfit", "as_text", "is_empty", "is_whole", "kind_of"]

_KINDS: dict[type, str] = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
_WHOLE = 2.0**53
"""Below it a float without fraction names one whole number, and is written as it."""


class Misfit(Exception):
    """A value does not fit its attribute's type.

    The message follows the expression that was read ("ram_gb is a text …") and names types and
    formats, never the value, which may be personal.
    """


def is_empty(value: Any) -> bool:
    """Tell whether a value says nothing: null, blank text, an empty list or object."""
    if isinstance(value, str):
        return not value or value.isspace()
    return value is None or value in ([], {})


def is_whole(text: str) -> bool:
    """Tell whether a text is without halves of characters, which an escape can write in JSON.

    Nothing that encodes texts can carry one.
    """
    return text.isascii() or text.encode(errors="ignore").decode() == text


def as_text(value: Any) -> str:
    """Write a scalar as Assets does: ``true``, ``5`` for 5.0, texts unchanged."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _digits(value)
    if isinstance(value, float) and isfinite(value):
        return str(int(value)) if value.is_integer() and abs(value) < _WHOLE else repr(value)
    if isinstance(value, float):
        raise Misfit("is a number beyond all bounds")
    raise Misfit(f"is {kind_of(value)}, not a single value")


def kind_of(value: Any) -> str:
    """Say what a value is, without saying which."""
    kind: type = type(value)  # pyright: ignore[reportUnknownVariableType]
    return _KINDS.get(kind, f"a {kind.__name__}")


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # beyond sys.get_int_max_str_digits()
        raise Misfit("is a number of thousands of digits") from None
