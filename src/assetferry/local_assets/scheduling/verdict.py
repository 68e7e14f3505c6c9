"""What the answer of an app means for its schedule and the import history (10.3)."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from assetferry.local_assets.scheduling.callback import Answer, Answered

__all__ = ["Outcome", "Verdict", "judge"]

Outcome: TypeAlias = Literal[
    "answered", "started", "failed", "gone", "busy", "missed", "interrupted"
]
"""answered: the app took it. started: no app was needed. failed: it did not start. gone: there
is no app any more.
busy: not called, an import was running. missed: not called, its time went by.
interrupted: the server stopped during the call, so nobody knows."""

GONE = (404, 410)
SUCCESS, REDIRECT, REFUSED = 200, 300, 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    outcome: Outcome
    status: int | None
    failure: str | None
    """What the import history is to say; None where all is well."""


def judge(answer: Answer, *, gone_deletes: bool = True) -> Verdict:
    """Only 2xx is success; an address that is gone can mean that the app was uninstalled."""
    if not isinstance(answer, Answered):
        said = f"The scheduled import could not be started: {answer.reason}."
        return Verdict(outcome="failed", status=None, failure=said)
    status = answer.status
    said = f"The scheduled import could not be started: the callback answered {status}"
    if SUCCESS <= status < REDIRECT:
        return Verdict(outcome="answered", status=status, failure=None)
    if status in GONE and gone_deletes:
        because = f"{said}. The app is gone, so its schedule was deleted."
        return Verdict(outcome="gone", status=status, failure=because)
    if REDIRECT <= status < REFUSED:
        because = f"{said}, and redirects are not followed."
        return Verdict(outcome="failed", status=status, failure=because)
    return Verdict(outcome="failed", status=status, failure=f"{said}.")
