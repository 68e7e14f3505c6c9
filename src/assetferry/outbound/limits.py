"""How long and how much one request may take."""

from dataclasses import dataclass

__all__ = ["Limits", "Timeouts"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeouts:
    """Seconds. Waiting for a free connection of the pool counts only towards ``total``."""

    connect: float = 10.0
    """From the first packet to a connection, TLS included; and as long for finding the address."""
    read: float = 60.0
    """The longest silence of the other side."""
    total: float = 300.0
    """The whole request, from asking to the last byte."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """Sizes that keep one bad host from taking the whole process."""

    answer_bytes: int = 64 * 1024 * 1024
    """The largest body that is read, counted after decompression."""
    connections: int = 100
    """Open at once, over all hosts."""
    redirects: int = 5
    """Hops that one request may take where redirects are followed."""
