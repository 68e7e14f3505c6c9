"""What all models of a definition have in common."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

__all__ = ["Model", "mistake"]


class Model(BaseModel):
    """Frozen, strict, and closed: an unknown key is a mistake, ``"5"`` is no number.

    Inputs are hidden in errors because any of them may be a secret in the wrong place.
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(
        extra="forbid", frozen=True, strict=True, hide_input_in_errors=True
    )


def mistake(message: str, cure: str) -> PydanticCustomError:
    """Make the error that a validator raises; ``load`` shows both parts with their line."""
    return PydanticCustomError("mistake", "{message}", {"message": message, "cure": cure})
