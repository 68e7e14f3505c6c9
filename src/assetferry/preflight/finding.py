"""Findings: what a look at one thing came to, and what to do about it."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from assetferry.definition.positions import Path, Positions, written

__all__ = ["Finding", "Places", "State", "Step"]

State: TypeAlias = Literal["ok", "note", "warning", "failed", "skipped"]
"""``failed`` would stop a run or spoil it; ``skipped`` could not be looked at because of another
failure; a ``note`` asks for nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One sentence on one thing, with the place in the definition that decides about it."""

    state: State
    message: str
    cure: str | None = None
    path: Path = ()
    """Keys from the top of the definition; a key that is not written means the nearest around."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A finding as it is reported: the step it belongs to, its line and key."""

    step: str
    """Stable, snake_case: ``definition``, ``secrets``, ``egress`` …"""
    state: State
    message: str
    cure: str | None = None
    line: int | None = None
    key: str | None = None


class Places:
    """The lines of one definition's text."""

    def __init__(self, text: str) -> None:
        """Scan ``text``, which ``load`` accepted."""
        self._positions = Positions(text.removeprefix("\ufeff"))

    def step(self, step: str, finding: Finding) -> Step:
        """Give a finding its place: the nearest key that was written."""
        path = finding.path
        while path and path not in self._positions:
            path = path[:-1]
        return Step(
            step=step,
            state=finding.state,
            message=finding.message,
            cure=finding.cure,
            line=self._positions.line(path) if path else None,
            key=written(path) if path else None,
        )
