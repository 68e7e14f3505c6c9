"""``objectMappingIQL``: placeholders, what is bound to them, and where a mistake is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.local_assets.aql import AqlError, parse, placeholders
from assetferry.local_assets.aql.syntax import Comparison


@pytest.mark.parametrize(
    ("iql", "values", "bound"),
    [
        ("Name Like ${os}", {"os": ["macOS Big Sur"]}, 'Name Like "macOS Big Sur"'),
        ("Name = ${os}", {"os": ['a "b" \\ c']}, 'Name = "a \\"b\\" \\\\ c"'),
        ('Name = "${os}"', {"os": ['a "b"']}, 'Name = "a \\"b\\""'),
        ('Name = "x ${a}-${b}"', {"a": ["1"], "b": ["2"]}, 'Name = "x 1-2"'),
        ("Name = ${os}", {"os": ["first", "second"]}, 'Name = "first"'),
        ('"D N" IN (${n${0}})', {"n": ["a", "b"]}, '"D N" IN ("a", "b")'),
        ('"D N" IN ("${n${0}}")', {"n": ["a", "b"]}, '"D N" IN ("a", "b")'),
        ("Name = ${a.b[*].c}", {"a.b[*].c": ["x"]}, 'Name = "x"'),
        ("Name = ${ os }", {"os": ["x"]}, 'Name = "x"'),
        ("Name = ${os}", {"os": ["", " ", "x"]}, 'Name = "x"'),
        ("Name = ${os}", {"os": ["", " "]}, None),
        ("Name = ${os}", {}, None),
        ("Name = ${a} AND Key = ${b}", {"a": ["x"]}, None),
        ("Name = fixed", {}, "Name = fixed"),
        ('Name = "\\"${a}"', {"a": ["x"]}, 'Name = "\\"x"'),
    ],
)
def test_aql_bind(iql: str, values: dict[str, list[str]], bound: str | None) -> None:
    """Values go in quoted and escaped; without a value there is no query to ask."""
    template = placeholders(iql)
    template.check()
    assert template.bind(values) == bound


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.booleans())
def test_aql_bound_value_cannot_leave_its_quotes(value: str, quoted: bool) -> None:  # noqa: FBT001
    """Whatever a record holds stays one value; it can never become a part of the query."""
    template = placeholders('Name = "${x}"' if quoted else "Name = ${x}")
    bound = template.bind({"x": [value]})
    if bound is None:
        assert not value.strip()
        return
    where = parse(bound).where
    assert isinstance(where, Comparison)
    assert where.values[0].text == value


def test_aql_locators_are_named() -> None:
    """The server compares them with those of the mapping."""
    assert placeholders('a = ${x} AND b IN (${y z${0}}) AND c = "${x}"').locators == {"x", "y z"}


@pytest.mark.parametrize(
    ("iql", "position", "word"),
    [
        ("Name = ${os", 8, "${os"),
        ("Name = ${}", 8, "${}"),
        ("Name = ${os} or or", 17, "or"),
        ("Name ${os}", 6, '"000000000'),
        ("Name = ${os${0}}", 11, ","),
        ("Name IN (${os${0}}) AND", 24, ""),
    ],
)
def test_aql_template_mistake(iql: str, position: int, word: str) -> None:
    """A template that no value could complete is refused when it is made, at its place."""
    with pytest.raises(AqlError) as caught:
        placeholders(iql).check()
    assert caught.value.position == position
    assert caught.value.word.startswith(word[:3])


@pytest.mark.parametrize(
    ("iql", "wanted"),
    [
        ("Name = ${x}", ("Name", "=", "x", False)),
        ('"Serial Number" = "${x}"', ("Serial Number", "=", "x", False)),
        ("((Name in (${x${0}})))", ("Name", "=", "x", True)),
        ("Name IN (${x})", ("Name", "=", "x", False)),
        ("Name like ${x}", ("Name", "LIKE", "x", False)),
        ("Name == ${x}", None),
        ("Name != ${x}", None),
        ("Name NOT IN (${x${0}})", None),
        ("Name IN (${x${0}}, more)", None),
        ("Owner.Name = ${x}", None),
        ('Name = "a ${x}"', None),
        ("Name = ${x} AND Key = 1", None),
        ("Name = ${x} ORDER BY Key", None),
        ("${x} = Name", None),
        ("Name = fixed", None),
        ("Name = ${x} OR Key = ${y}", None),
    ],
)
def test_aql_lookup_shapes(iql: str, wanted: tuple[str, str, str, bool] | None) -> None:
    """Only queries that ask one attribute for one locator are answered in bulk."""
    lookup = placeholders(iql).lookup
    if wanted is None:
        assert lookup is None
    else:
        assert lookup is not None
        assert (lookup.name.text, lookup.operator, lookup.locator, lookup.every) == wanted
