"""How much is measured: seconds, minutes, or everything."""

from dataclasses import dataclass

__all__ = ["DEFAULT", "FULL", "QUICK", "Sizes"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sizes:
    """The sizes of all benchmarks; whatever is smaller than DEFAULT shows only that they run."""

    rounds: int
    """Of P1; each has a block of every side."""
    block: int
    """Pages of a block of P1."""
    sorted_objects: int
    sorted_rounds: int
    random_objects: int
    records: tuple[int, ...]
    """Of the imports whose memory P4 looks at, smallest first."""
    starts: int
    """How often P7 starts a process for one number."""
    demos: int


QUICK = Sizes(
    rounds=2,
    block=2,
    sorted_objects=2_000,
    sorted_rounds=1,
    random_objects=2_000,
    records=(500, 1_000),
    starts=1,
    demos=1,
)
DEFAULT = Sizes(
    rounds=15,
    block=20,
    sorted_objects=200_000,
    sorted_rounds=3,
    random_objects=1_000_000,
    records=(100_000, 1_000_000),
    starts=10,
    demos=3,
)
FULL = Sizes(
    rounds=30,
    block=20,
    sorted_objects=1_000_000,
    sorted_rounds=3,
    random_objects=1_000_000,
    records=(1_000_000, 10_000_000),
    starts=20,
    demos=5,
)
