"""What a check came to, as data."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from assetferry.definition.problems import DefinitionError
from assetferry.preflight.finding import Finding, Places, Step
from assetferry.preflight.samples import Sample

__all__ = ["Report", "misdefined"]


@dataclass(kw_only=True, slots=True)
class Report:
    """Steps in the order they were taken, sample objects, what a push would do."""

    places: Places | None
    """None where the definition could not be read."""
    tell: Callable[[Step], None] = lambda _: None
    """Told of each step as it is taken."""
    steps: list[Step] = field(default_factory=list[Step])
    samples: list[Sample] = field(default_factory=list[Sample])
    mapping: dict[str, Any] | None = None
    """None where it could not be compared."""

    @property
    def ok(self) -> bool:
        """Tell whether a run may be tried: nothing failed."""
        return not self.failures

    @property
    def failures(self) -> int:
        """How many findings would stop a run."""
        return sum(step.state == "failed" for step in self.steps)

    def add(self, step: str, finding: Finding) -> None:
        """Take a finding in, at its place."""
        if self.places is None:
            raise RuntimeError("a definition that cannot be read has no places")
        self.take(self.places.step(step, finding))

    def take(self, step: Step) -> None:
        """Take a step in."""
        self.steps.append(step)
        self.tell(step)

    def as_json(self) -> dict[str, Any]:
        """Give all of it to programs."""
        return {
            "ok": self.ok,
            "steps": [asdict(step) for step in self.steps],
            "samples": [asdict(sample) for sample in self.samples],
            "mapping": self.mapping,
        }


def misdefined(error: DefinitionError, tell: Callable[[Step], None]) -> Report:
    """Report a definition that cannot be used: one step for each of its mistakes."""
    report = Report(places=None, tell=tell)
    for problem in error.problems:
        report.take(
            Step(
                step="definition",
                state="failed",
                message=problem.message,
                cure=problem.cure,
                line=problem.line,
                key=problem.key or None,
            )
        )
    return report
