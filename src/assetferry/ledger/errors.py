"""What the ledger refuses, and why.

FerryError
├── LeaseLost           somebody else holds the row now: drop what you have, it is not yours
├── RetryLater
│   └── LedgerBusy      another process kept the database locked for too long
└── Fatal
    └── LedgerUnusable  the database cannot be opened, written or understood
"""

from assetferry.errors import Fatal, FerryError, RetryLater

__all__ = ["LeaseLost", "LedgerBusy", "LedgerUnusable"]


class LeaseLost(FerryError):
    """The row's token has moved on: a late result is refused, nothing was changed."""

    code = "lease_lost"


class LedgerBusy(RetryLater):
    """The database stayed locked, or broke off, before the transition could commit."""

    code = "ledger_busy"


class LedgerUnusable(Fatal):
    """The database cannot be opened, written or understood by this version."""

    code = "ledger_unusable"
