"""The values of a statement: they travel beside the SQL, never in it."""

import json
from collections.abc import Sequence

__all__ = ["Parameters"]


class Parameters:
    """Collects values and names them."""

    def __init__(self) -> None:
        self.values: dict[str, str | int | float] = {}

    def add(self, value: str | float) -> str:
        """Give the placeholder that stands for a value."""
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f":{name}"

    def add_all(self, values: Sequence[str | int | float]) -> str:
        """Give one placeholder for a list, read with ``json_each``.

        SQLite takes a limited number of placeholders; one list is one.
        """
        return self.add(json.dumps(values))
