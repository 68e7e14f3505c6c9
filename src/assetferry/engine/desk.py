"""What a lane works with: one run, its equipment, the ledger."""

from dataclasses import dataclass, field

from assetferry.engine.backoff import Backoff
from assetferry.engine.keeper import Keeper
from assetferry.engine.ports import Equipment, Target
from assetferry.engine.turns import Turns
from assetferry.ledger.clock import instant
from assetferry.ledger.run import Run
from assetferry.ledger.transition import Ledger

__all__ = ["Desk"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """One process's place of work on one run."""

    run: Run
    """As it was when the desk was set up; only what never changes is read from it."""
    ledger: Ledger
    keeper: Keeper
    equipment: Equipment
    backoff: Backoff
    paced: frozenset[str] = frozenset()
    """The hosts for which the definition has a budget."""
    turns: Turns = field(default_factory=Turns)

    @property
    def abandons(self) -> bool:
        """Tell whether a failure ends the run instead of holding it for a person."""
        rule = self.equipment.definition.safety.on_failure
        return (rule.scheduled if self.run.scheduled else rule.manual) == "abandon"

    def target(self, run: Run) -> Target:
        """Give the client that speaks about the run's import source."""
        assert run.workspace_id is not None  # noqa: S101 # identified in flow step 1
        assert run.import_source_id is not None  # noqa: S101
        return self.equipment.target.at(run.workspace_id, run.import_source_id, links=run.links)

    async def now(self) -> float:
        """Read the ledger's clock, in epoch seconds."""
        return await self.ledger.run(instant)
