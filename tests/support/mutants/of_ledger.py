"""Guards of the ledger."""

from mutants.guard import Guard

__all__ = ["GUARDS"]

CLAIMS = ("integration/test_ledger_claims.py",)

GUARDS = (
    Guard(
        name="reads are limited",
        file="ledger/claim.py",
        text=" and load.reading < reads",
        becomes="",
        tests=CLAIMS,
    ),
    Guard(
        name="reading waits for sending",
        file="ledger/claim.py",
        text="load.staged < _BACK_PRESSURE * sends and ",
        becomes="",
        tests=CLAIMS,
    ),
)
