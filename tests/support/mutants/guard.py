"""A guard of the product, and the tests that must notice when it is gone."""

from dataclasses import dataclass

__all__ = ["Guard"]


@dataclass(frozen=True, kw_only=True)
class Guard:
    """One mutation: ``text`` in ``file``, which stands there once, becomes ``becomes``."""

    name: str
    file: str
    """Below src/assetferry."""
    text: str
    becomes: str
    tests: tuple[str, ...]
    """What pytest is given, below tests."""
