"""An answer, read to its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Response"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """One HTTP answer whose body has arrived whole and within the size limit."""

    status: int
    url: str = field(repr=False)
    """Where the answer came from, after redirects if they were followed. Its query may hold
    secrets: show it through ``redaction.shown`` only."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """By lower-case name; the values of a repeated header are joined by commas."""
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str | None:
        """Give a header by its name in any case."""
        return self.headers.get(name.lower())
