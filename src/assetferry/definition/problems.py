"""Mistakes in a definition: each with its place and its cure, all of them at once."""

from dataclasses import dataclass
from typing import ClassVar

from assetferry.errors import Fatal

__all__ = ["DefinitionError", "Problem"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One mistake. Never holds a value that could be a secret."""

    line: int | None
    """1-based; None where no line is to blame, as with a missing section."""
    column: int | None = None
    """1-based, known for mistakes in TOML itself."""
    key: str
    """Dotted path as one would write it in TOML: ``object_types.Laptop.attributes."RAM (GB)"``;
    empty where the file as a whole is meant."""
    message: str
    cure: str

    def __str__(self) -> str:
        """Show place, message and cure in one line."""
        place = f"line {self.line}: " if self.line is not None else ""
        key = f"{self.key}: " if self.key else ""
        return f"{place}{key}{self.message}. {self.cure}"


class DefinitionError(Fatal):
    """The definition cannot be used until the problems it lists are corrected."""

    code: ClassVar[str] = "definition"

    def __init__(self, problems: tuple[Problem, ...], *, origin: str) -> None:
        """``origin`` names where the text came from, for people: a file, or a run."""
        self.problems = problems
        self.origin = origin
        count = "1 mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        lines = "".join(f"\n  {problem}" for problem in problems)
        super().__init__(f"{origin}: {count} in the definition{lines}")
