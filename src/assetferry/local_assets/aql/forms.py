"""The forms in which a stored text is compared, as SQL."""

from typing import Literal, TypeAlias

__all__ = ["Form", "in_form"]

Form: TypeAlias = Literal["folded", "number", "plain"]
"""Folded, as a number, or as it is (dates sort as text)."""


def in_form(text: str, form: Form) -> str:
    """Give SQL for a stored text in the form it is compared in."""
    match form:
        case "folded":
            return f"fold({text})"
        case "number":
            return f"CAST({text} AS NUMERIC)"
        case "plain":
            return text
