"""A query's text as tokens with their places.

Bare words keep their dots, colons and signs, because dates, addresses and object keys are
written bare; the parser splits a word at its dots where a path stands.
"""

import re
from dataclasses import dataclass
from typing import Literal

from .error import AqlError

__all__ = ["LONGEST_QUERY", "Token", "quote", "tokenize"]

LONGEST_QUERY = 10_000
"""Characters; assets-api.md 14, our choice."""

Kind = Literal["word", "quoted", "operator", "(", ")", ",", "end"]

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | (?P<operator>==|!=|<=|>=|=|<|>)
    | (?P<mark>[(),])
    | (?P<word>[^\s"=<>!(),]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the query: ``text`` is what it means, ``word`` what was written."""

    kind: Kind
    text: str
    word: str
    position: int
    """Characters from 1."""

    def says(self, *keywords: str) -> bool:
        """Tell whether this is one of the keywords, in any case and not quoted."""
        return self.kind == "word" and self.text.upper() in keywords


def tokenize(text: str) -> list[Token]:
    """Split a query; the last token is of kind ``end``.

    Raises AqlError for a query that is too long, a quote never closed, or a character that
    can start nothing.
    """
    if len(text) > LONGEST_QUERY:
        raise AqlError(
            f"The query has {len(text)} characters; at most {LONGEST_QUERY} are allowed",
            LONGEST_QUERY + 1,
            "",
        )
    if surrogate := _SURROGATE.search(text):
        raise AqlError("Half a surrogate pair is no character", surrogate.start() + 1, "")
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _stray(text, at)
        if found.lastgroup != "space":
            tokens.append(_token(found))
        at = found.end()
    tokens.append(Token("end", "", "", len(text) + 1))
    return tokens


def quote(text: str) -> str:
    """Write any text as a quoted word that ``tokenize`` reads back unchanged."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _token(found: re.Match[str]) -> Token:
    word, position = found.group(), found.start() + 1
    if (inner := found["quoted"]) is not None:
        return Token("quoted", _ESCAPE.sub(r"\1", inner), word, position)
    if found["operator"] is not None:
        return Token("operator", word, word, position)
    if word == "(":
        return Token("(", word, word, position)
    if word == ")":
        return Token(")", word, word, position)
    if word == ",":
        return Token(",", word, word, position)
    return Token("word", word, word, position)


def _stray(text: str, at: int) -> AqlError:
    if text[at] == '"':
        return AqlError("This quote is never closed; add a closing quote", at + 1, text[at:][:20])
    return AqlError(
        f"'{text[at]}' means nothing here; put values that contain it in double quotes",
        at + 1,
        text[at],
    )
