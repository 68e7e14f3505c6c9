"""When something that failed goes again."""

import random
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Backoff"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential pauses with jitter: 1 s, 2 s, 4 s … up to 15 min, each times 0.5 to 1.5.

    Without the jitter all lanes that met one failure would come back at one instant.
    """

    max_attempts: int
    first_s: float = 1.0
    longest_s: float = 900.0
    chance: Callable[[], float] = random.random
    """Gives a number from 0 up to 1."""

    def pause(self, attempts: int) -> float:
        """Give the seconds to wait after so many failed attempts before this one."""
        return min(self.longest_s, self.first_s * 2.0 ** min(attempts, 30)) * (0.5 + self.chance())

    def exhausted(self, attempts: int) -> bool:
        """Tell whether the attempt that has just failed was the last one allowed."""
        return attempts + 1 >= self.max_attempts
