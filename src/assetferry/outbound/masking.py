"""A secret in any dress: as a hostile or talkative server may give it back."""

import base64
import re
from collections.abc import Iterable
from functools import lru_cache
from html.entities import codepoint2name

__all__ = ["HIDDEN", "Mask", "mask"]

HIDDEN = "***"
_LEAST = 6
"""Bytes of a secret below which its base64 is too short to be told from other text."""
_FOLD = r"(?:[\r\n]+[ \t]*)?"
"""A header may be folded anywhere."""


class Mask:
    """Finds some secrets in texts: plain, or escaped for URLs, JSON or HTML, or in base64.

    Every character may come in a form of its own, escapes may be escaped again, and case tells
    nothing: host names lose it.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        """Take the secrets; empty ones are none."""
        forms = [one for secret in secrets if secret for one in _forms(secret)]
        self._margin = 12 * max((len(form) for form in forms), default=0)
        either = "|".join(_pattern(form) for form in sorted(forms, key=len, reverse=True))
        self._found = re.compile(either, re.IGNORECASE) if either else None

    def holds(self, text: str) -> bool:
        """Tell whether a text gives a secret away."""
        return self._found is not None and self._found.search(text) is not None

    def hide(self, text: str, *, cut: bool = False) -> str:
        """Put stars in the place of every secret.

        Of a text that was ``cut`` before, what stands at the border may be half a secret, and is
        dropped.
        """
        if self._found is None:
            return text
        end = 0
        for one in self._found.finditer(text):
            end = one.end()
        whole = max(end, len(text) - self._margin) if cut else len(text)
        return self._found.sub(HIDDEN, text[:whole])


@lru_cache(maxsize=64)
def mask(secrets: tuple[str, ...]) -> Mask:
    """Make a mask, or give that of before: a page costs less than its making."""
    return Mask(secrets)


def _forms(secret: str) -> Iterable[str]:
    yield secret
    raw = secret.encode()
    if len(raw) < _LEAST:
        return
    for before in range(3):
        # What stands before it shifts the groups of three bytes; the ends hold neighbours' bits.
        text = base64.b64encode(bytes(before) + raw).decode()
        yield text[(before * 8 + 5) // 6 : (before + len(raw)) * 8 // 6]


def _pattern(form: str) -> str:
    return _FOLD.join(_character(one) for one in form)


def _character(one: str) -> str:
    """Say in how many ways a character may be written."""
    code = ord(one)
    name = codepoint2name.get(code)
    units = one.encode("utf-16-be")
    ways = [
        r"\\*" + re.escape(one),
        "".join(f"%(?:25)*{byte:02x}" for byte in one.encode()),
        "".join(rf"\\+u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)),
        f"&(?:amp;)*#(?:0*{code}|x0*{code:x});",
        *([f"&(?:amp;)*{name};"] if name else []),
        *({" ": [r"\+"], "+": ["-"], "/": ["_"], "'": ["&(?:amp;)*apos;"]}.get(one, [])),
    ]
    return f"(?:{'|'.join(ways)})"
