"""What is wrong with a query, and where."""

__all__ = ["AqlError", "UnfitValue"]


class AqlError(Exception):
    """A query that cannot be answered: 400 with the position and the word.

    Stands alone on purpose: the local server shares no error tree with the importer.
    """

    def __init__(self, message: str, position: int, word: str) -> None:
        """``position`` counts characters from 1; ``word`` is empty at the end of the query."""
        super().__init__(message)
        self.message = message
        self.position = position
        self.word = word

    def __str__(self) -> str:
        near = f"near '{self.word}'" if self.word else "at the end"
        return f"{self.message} (position {self.position}, {near})"


class UnfitValue(AqlError):
    """A value that nothing it is compared with can hold, such as a word for a number.

    A mistake in a query that a person wrote; no match where the value came from data.
    """
