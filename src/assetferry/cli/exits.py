"""Exit codes: the contract with scripts."""

from enum import IntEnum

from assetferry.ledger.run import Run
from assetferry.ledger.states import RunState

__all__ = ["Exit", "exit_of"]


class Exit(IntEnum):
    """What a command's end means."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PARTIAL = 3
    HELD = 4
    BUSY = 5
    INTERRUPTED = 130


_ENDS = {
    RunState.DONE: Exit.DONE,
    RunState.PARTIAL: Exit.PARTIAL,
    RunState.FAILED: Exit.FAILED,
    RunState.CANCELLED: Exit.FAILED,
}


def exit_of(run: Run) -> Exit:
    """Give the exit code of a command that has seen a run to where it is now."""
    if run.held:
        return Exit.HELD
    if run.reason_code == "busy":
        return Exit.BUSY
    return _ENDS.get(run.state, Exit.INTERRUPTED)
