"""The body of an answer, read as JSON."""

import json
from typing import Any

import msgspec

__all__ = ["NotJson", "document"]

_BOM = b"\xef\xbb\xbf"


class NotJson(Exception):
    """A body that is no JSON document; the message says why, in a few words."""


def document(body: bytes) -> Any:
    """Read a body. Raises NotJson.

    What is JSON but more than others can carry is read all the same, so that one such value spoils
    its record and not the page: half of a character, as where a text was cut in an emoji, stays
    one, and a number beyond all bounds becomes infinite. Both fit no attribute.
    """
    body = body.removeprefix(_BOM)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:
        return json.loads(body.decode(), parse_constant=_refused, parse_int=_whole)
    except UnicodeDecodeError as error:
        raise NotJson(f"it is not UTF-8 from byte {error.start} on") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise NotJson("it is nested too deeply") from None


def _refused(constant: str) -> Any:
    raise NotJson(f"it holds {constant}, which JSON does not have")


def _whole(digits: str) -> int | float:
    try:
        return int(digits)
    except ValueError:  # beyond sys.get_int_max_str_digits()
        return float(digits)
