"""Guards of the engine."""

from mutants.guard import Guard

__all__ = ["GUARDS"]

GUARDS = (
    Guard(
        name="a closed execution's 400 blames no data",
        file="engine/decisions.py",
        text='if state != "INGESTING":',
        becomes="if not state:",
        tests=("unit/test_engine_decisions.py",),
    ),
)
