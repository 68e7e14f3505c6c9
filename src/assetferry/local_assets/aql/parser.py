"""The grammar of assets-api.md 14, by recursive descent."""

from collections.abc import Callable
from typing import TypeVar

from .dates import DateFunction, date_function
from .error import AqlError
from .syntax import (
    AllOf,
    AnyOf,
    Comparison,
    Empty,
    Having,
    Name,
    Node,
    Operator,
    Order,
    Path,
    Query,
    TypeAndChildren,
    Value,
)
from .tokens import Token, tokenize

__all__ = ["DEEPEST_NESTING", "parse"]

DEEPEST_NESTING = 50
"""Parentheses, HAVING and dots; assets-api.md 14, our choice."""

_T = TypeVar("_T")

_WORD_OPERATORS: dict[str, Operator] = {
    "LIKE": "LIKE",
    "STARTSWITH": "STARTSWITH",
    "ENDSWITH": "ENDSWITH",
}
_SYMBOLS: dict[str, Operator] = {
    "=": "=",
    "==": "==",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_INBOUND = ("INBOUNDREFERENCES", "INR")
_OUTBOUND = ("OUTBOUNDREFERENCES", "OUTR")


def parse(text: str) -> Query:
    """Read a query; an empty one matches every object. Raises AqlError with the place."""
    return _Parser(tokenize(text)).query()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def query(self) -> Query:
        where = order = None
        if self._now.kind != "end" and not self._at_order():
            where = self._any_of()
        if self._at_order():
            order = self._order()
        if self._now.kind != "end":
            raise self._unexpected("AND, OR, ORDER BY or the end of the query")
        return Query(where, order)

    def _order(self) -> Order:
        self._at += 2
        path = self._path()
        descending = self._accept("DESC")
        if not descending:
            self._accept("ASC")
        if self._now.kind == ",":
            raise _error("Only one attribute can be ordered by", self._now)
        return Order(path, descending)

    def _any_of(self) -> Node:
        nodes = [self._all_of()]
        while self._accept("OR"):
            nodes.append(self._all_of())
        return nodes[0] if len(nodes) == 1 else AnyOf(tuple(nodes))

    def _all_of(self) -> Node:
        nodes = [self._term()]
        while self._accept("AND"):
            nodes.append(self._term())
        return nodes[0] if len(nodes) == 1 else AllOf(tuple(nodes))

    def _term(self) -> Node:
        if self._now.kind == "(":
            return self._parenthesised(self._any_of)
        if self._at_having():
            return self._having()
        if self._now.says("NOT"):
            raise _error(
                "NOT cannot stand before a condition; use !=, NOT IN, NOT LIKE, IS NOT EMPTY",
                self._now,
            )
        return self._condition()

    def _having(self) -> Having:
        self._take()
        negated = self._accept("NOT")
        self._take()
        function = self._take()
        if not function.says(*_INBOUND, *_OUTBOUND):
            raise _error("HAVING takes inboundReferences(…) or outboundReferences(…)", function)
        if self._now.kind != "(":
            raise self._unexpected("'('")
        inner = self._parenthesised(lambda: None if self._now.kind == ")" else self._any_of())
        return Having(function.says(*_INBOUND), inner, negated)

    def _condition(self) -> Node:
        path = self._path()
        if self._accept("IS"):
            negated = self._accept("NOT")
            if not self._accept("EMPTY"):
                raise self._unexpected("EMPTY or NOT EMPTY")
            return Empty(path, negated)
        negated = self._accept("NOT")
        if self._accept("IN"):
            return self._in(path, negated=negated)
        if self._now.says(*_WORD_OPERATORS):
            operator = _WORD_OPERATORS[self._take().text.upper()]
            if negated and operator != "LIKE":
                raise _error(f"NOT {operator} does not exist", self._tokens[self._at - 1])
            return Comparison(path, operator, (self._value(),), negated)
        if negated:
            raise self._unexpected("IN or LIKE after NOT")
        if self._now.kind != "operator":
            raise self._unexpected(
                "an operator such as =, !=, <, LIKE or IN (names with spaces need double quotes)"
            )
        symbol = self._take().text
        if symbol == "!=":
            return Comparison(path, "=", (self._value(),), negated=True)
        return Comparison(path, _SYMBOLS[symbol], (self._value(),))

    def _in(self, path: Path, *, negated: bool) -> Node:
        if self._now.says("OBJECTTYPEANDCHILDREN") and self._next.kind == "(":
            self._take()
            object_type = self._parenthesised(self._value)
            return TypeAndChildren(path, object_type, negated)
        if self._now.kind != "(":
            raise self._unexpected("a list of values in parentheses")
        return Comparison(path, "IN", self._parenthesised(self._values), negated)

    def _values(self) -> tuple[Value, ...]:
        values = [self._value()]
        while self._now.kind == ",":
            self._take()
            values.append(self._value())
        return tuple(values)

    def _value(self) -> Value:
        token = self._now
        if token.kind == "quoted":
            self._take()
            return Value(token.text, token.position, date_function(token.text), quoted=True)
        if token.kind != "word" or token.says("AND", "OR"):
            raise self._unexpected("a value (one with spaces or signs needs double quotes)")
        self._take()
        if self._now.kind == "(":
            return Value(token.text, token.position, self._date_function(token))
        return Value(token.text, token.position)

    def _date_function(self, name: Token) -> DateFunction:
        """Read the rest of a call; its offset, ``-2h 15m``, is any words up to ``)``."""
        self._take()
        words: list[str] = []
        while self._now.kind == "word":
            words.append(self._take().text)
        function = date_function(f"{name.text}({' '.join(words)})")
        if function is None:
            raise _error(
                "Only now, startOfDay, endOfDay and the like for Week, Month and Year are "
                "functions here, with an offset such as -2h 15m",
                name,
            )
        self._expect_close()
        return function

    def _path(self) -> Path:
        """Read names joined by dots; a bare word may hold several, or a dot at either end."""
        names: list[Name] = []
        open_ended = True
        while open_ended or (self._now.kind == "word" and self._now.text.startswith(".")):
            token = self._now
            if token.kind not in ("word", "quoted") or token.says("AND", "OR"):
                raise self._unexpected("the name of an attribute")
            self._take()
            if token.kind == "quoted":
                names.append(Name(token.text, token.position, quoted=True))
                open_ended = False
                continue
            if names and not open_ended:
                token = Token("word", token.text[1:], token.word, token.position + 1)
            open_ended = _split(token, names)
        if self._now.kind == "(":
            raise _error("This function is not supported", self._tokens[self._at - 1])
        if len(names) == 1 and not names[0].quoted and names[0].text.lower() == "anyattribute":
            raise AqlError(
                "anyAttribute is not supported; name an attribute",
                names[0].position,
                names[0].text,
            )
        if len(names) > DEEPEST_NESTING:
            raise AqlError(
                f"At most {DEEPEST_NESTING} names may be joined", names[0].position, names[0].text
            )
        return tuple(names)

    def _parenthesised(self, inner: Callable[[], _T]) -> _T:
        opening = self._take()
        self._depth += 1
        if self._depth > DEEPEST_NESTING:
            raise _error(f"Nested deeper than {DEEPEST_NESTING} levels", opening)
        result = inner()
        self._expect_close()
        self._depth -= 1
        return result

    def _expect_close(self) -> None:
        if self._now.kind != ")":
            raise self._unexpected("')'")
        self._take()

    @property
    def _now(self) -> Token:
        return self._tokens[self._at]

    @property
    def _next(self) -> Token:
        return self._tokens[min(self._at + 1, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._now
        if token.kind != "end":
            self._at += 1
        return token

    def _accept(self, keyword: str) -> bool:
        if not self._now.says(keyword):
            return False
        self._at += 1
        return True

    def _at_order(self) -> bool:
        return self._now.says("ORDER") and self._next.says("BY")

    def _at_having(self) -> bool:
        after_next = self._tokens[min(self._at + 2, len(self._tokens) - 1)]
        return self._now.says("OBJECT") and (
            self._next.says("HAVING") or (self._next.says("NOT") and after_next.says("HAVING"))
        )

    def _unexpected(self, wanted: str) -> AqlError:
        return _error(f"Expected {wanted}", self._now)


def _split(token: Token, names: list[Name]) -> bool:
    """Add a bare word's names; tell whether it ends with a dot, so that one more must follow."""
    if not token.text:
        return True
    at = token.position
    parts = token.text.split(".")
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if not part and last and number > 0:
            return True
        if not part:
            raise AqlError("Expected a name between the dots", at, token.word)
        names.append(Name(part, at))
        at += len(part) + 1
    return False


def _error(message: str, token: Token) -> AqlError:
    return AqlError(message, token.position, token.word)
