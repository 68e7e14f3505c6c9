"""The grammar alone: what it reads, and where it says that a query is wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.local_assets.aql import AqlError, parse, quote
from assetferry.local_assets.aql.syntax import AllOf, AnyOf, Comparison, Having, Query, Value

MISTAKES = [
    # query, position, word, part of the message
    ("Name", 5, "", "operator"),
    ("Name =", 7, "", "value"),
    ("Name = a b", 10, "b", "AND, OR"),
    ("Name = AND x = 1", 8, "AND", "value"),
    ("Serial Number = 1", 8, "Number", "double quotes"),
    ('Name = "open', 8, '"open', "closed"),
    ("Name = a AND", 13, "", "name of an attribute"),
    ("Name = a OR OR Name = b", 13, "OR", "name of an attribute"),
    ("(Name = a", 10, "", "')'"),
    ("Name = a)", 9, ")", "AND, OR"),
    ("()", 2, ")", "name of an attribute"),
    ("NOT Name = a", 1, "NOT", "!="),
    ("Name = a AND NOT (Name = b)", 14, "NOT", "!="),
    ("Name NOT = a", 10, "=", "IN or LIKE"),
    ("Name NOT STARTSWITH a", 10, "STARTSWITH", "does not exist"),
    ("Name IS a", 9, "a", "EMPTY"),
    ("Name IS NOT a", 13, "a", "EMPTY"),
    ("Name IN a", 9, "a", "parentheses"),
    ("Name IN ()", 10, ")", "value"),
    ("Name IN (a", 11, "", "')'"),
    ("Name IN (a, )", 13, ")", "value"),
    ("Name IN (a b)", 12, "b", "')'"),
    ("Name = user(x)", 8, "user", "functions"),
    ("Owner = currentUser()", 9, "currentUser", "functions"),
    ("Created > now(3 parrots)", 11, "now", "functions"),
    ("Created > now(-1d", 18, "", "')'"),
    ("anyAttribute = x", 1, "anyAttribute", "not supported"),
    ("connectedTickets(labels IS EMPTY)", 1, "connectedTickets", "not supported"),
    ("object HAVING connectedTickets()", 15, "connectedTickets", "inboundReferences"),
    ("object HAVING inboundReferences", 32, "", "'('"),
    ("Owner..Name = x", 7, "Owner..Name", "dots"),
    (".Name = x", 1, ".Name", "dots"),
    ("Owner. = x", 8, "=", "name of an attribute"),
    ("Name = a ORDER BY", 18, "", "name of an attribute"),
    ("Name = a ORDER BY Name, Key", 23, ",", "Only one"),
    ("Name = a ORDER BY Name ASC DESC", 28, "DESC", "end of the query"),
    ("Name ! a", 6, "!", "quotes"),
    ("Name = \ud800", 8, "", "surrogate"),
    ("(" * 51 + "Name = a" + ")" * 51, 51, "(", "50"),
    ("x" + ".x" * 50 + " = 1", 1, "x", "50"),
    ("x" * 10_001, 10_001, "", "10000"),
]


@pytest.mark.parametrize(("text", "position", "word", "says"), MISTAKES)
def test_aql_mistake_of_grammar(text: str, position: int, word: str, says: str) -> None:
    """Every mistake names its place, the word there, and what to write instead."""
    with pytest.raises(AqlError) as caught:
        parse(text)
    assert (caught.value.position, caught.value.word) == (position, word)
    assert says in caught.value.message
    assert str(position) in str(caught.value)


def test_aql_and_binds_tighter_than_or() -> None:
    """``a OR b AND c`` is ``a OR (b AND c)``."""
    query = parse("a = 1 OR b = 2 and c = 3")
    assert isinstance(query.where, AnyOf)
    assert isinstance(query.where.nodes[1], AllOf)
    assert query == parse("a = 1 OR b = 2 AND c = 3")


def test_aql_keywords_can_be_values_and_names() -> None:
    """Only what would be ambiguous needs quotes: a country may be called IN."""
    for text in ("Country = IN", "Order = 3", "object = x", '"AND" = "OR"', "Type IN (in, like)"):
        assert parse(text).where is not None
    assert parse("Order = 3 ORDER BY Order").order is not None
    assert isinstance(parse("object NOT HAVING inR()").where, Having)


def test_aql_paths_join_in_every_way() -> None:
    """Dots join names whether these are quoted or bare."""
    for text in ('a."b c".d = 1', '"a"."b c"."d" = 1', '"a" . "b c" .d = 1'):
        where = parse(text).where
        assert isinstance(where, Comparison)
        assert [name.text for name in where.path] == ["a", "b c", "d"]


def test_aql_empty_query_is_everything() -> None:
    """Nothing asked is everything found."""
    assert parse("  ") == Query()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_aql_quoting_round_trips(text: str) -> None:
    """Any text survives being quoted: quotes, backslashes and line ends too."""
    where = parse(f"Name = {quote(text)} AND x = 1").where
    assert isinstance(where, AllOf)
    first = where.nodes[0]
    assert isinstance(first, Comparison)
    assert first.values[0].text == text


@given(st.text(st.sampled_from('ab "\\().,=!<>${}andornot \n\t0') | st.characters(), max_size=60))
def test_aql_parser_refuses_or_reads_anything(text: str) -> None:
    """No text makes the parser fail in another way than by saying where."""
    try:
        query = parse(text)
    except AqlError as error:
        assert 1 <= error.position <= len(text) + 1  # noqa: PT017 - either outcome is right
    else:
        assert isinstance(query, Query)


def test_aql_quoted_date_function_keeps_its_text() -> None:
    """What a quoted call means is decided by what it is compared with."""
    where = parse('a = "now(-2h 15m)"').where
    assert isinstance(where, Comparison)
    assert isinstance(where.values[0], Value)
    assert where.values[0].text == "now(-2h 15m)"
    assert where.values[0].function is not None
