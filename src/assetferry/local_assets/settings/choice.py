"""What is said of a setting, wherever it is shown."""

from dataclasses import dataclass

__all__ = ["Choice"]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a setting means, for whoever has to choose; every field carries one."""

    help: str
    known: str = ""
    """What Atlassian's documents and working clients say of it; empty where it is ours alone."""
    section: str = ""
    """Of the wire contract."""
    lowest: float = 0
    """The smallest number that makes sense."""
