"""What processing counts per object type, named as ``progressResult`` names it (8.5)."""

import msgspec

__all__ = ["Tally"]


class Tally(msgspec.Struct, kw_only=True):
    """Counters of one object type in one execution; stored after each batch."""

    created: int = 0
    updated: int = 0
    identical: int = 0
    missing_deleted: int = 0
    entries: int = 0
    duplicates: int = 0
    empty_labels: int = 0
    empty_identities: int = 0
    errors: int = 0
    updated_references: int = 0
    read_ms: float = 0.0
    map_ms: float = 0.0
    decide_ms: float = 0.0
    write_ms: float = 0.0
    references_ms: float = 0.0
    messages: list[str] = []
    """The first entry errors, spelt out."""

    def problem(self, message: str, limit: int) -> None:
        """Count an entry error, and keep its wording while there is room."""
        self.errors += 1
        if len(self.messages) < limit:
            self.messages.append(message)
