"""Reading one place of an answer: plain paths by look-ups, the rest by JMESPath."""

import re
from collections.abc import Callable
from typing import Any, TypeAlias, cast

import jmespath
from jmespath.exceptions import JMESPathError

from assetferry.sources.errors import SourceMisread

__all__ = ["Reading", "reading"]

Reading: TypeAlias = Callable[[Any], Any]
"""From a decoded answer to the value at one place; None where there is nothing."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")


def reading(expression: str) -> Reading:
    """Compile a JMESPath expression, to the same meaning and less work where it is plain.

    The reading raises SourceMisread where a function of the expression meets a value of a
    type it does not take.
    """
    if expression == "@":
        return _whole
    if _PLAIN.fullmatch(expression):
        return _looked_up(tuple(expression.split(".")))
    return _searched(expression)


def _searched(expression: str) -> Reading:
    search = cast("Reading", cast("Any", jmespath).compile(expression).search)

    def find(answer: Any) -> Any:
        try:
            return search(answer)
        except Exception as error:  # functions raise whatever the data makes Python raise
            why = str(error) if isinstance(error, JMESPathError) else type(error).__name__
            raise SourceMisread(
                f"The answer does not fit the expression {expression}: {why}. Correct the "
                "expression if the answer is what the source always gives."
            ) from error

    return find


def _whole(answer: Any) -> Any:
    return answer


def _looked_up(keys: tuple[str, ...]) -> Reading:
    def look_up(answer: Any) -> Any:
        for key in keys:
            if not isinstance(answer, dict):
                return None
            answer = cast("dict[str, Any]", answer).get(key)
        return answer

    return look_up
