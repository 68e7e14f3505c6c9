"""Select and status values: which names are let in, and how they are written (12.4, 12.8)."""

from collections.abc import Iterable

__all__ = ["Admission"]


class Admission:
    """The names an attribute knows; matched in any case and trimmed."""

    def __init__(self, names: Iterable[str], *, adds: bool) -> None:
        """Take the known names; ``adds`` lets others in as they come, too."""
        self.names = {name: name for name in names}
        self._folded = {name.strip().casefold(): name for name in self.names}
        self._adds = adds

    def admit(self, text: str) -> str | None:
        """Give the name to store, None to leave the value out."""
        known = self._folded.get(text.strip().casefold())
        return known if known is not None or not self._adds else text.strip()
