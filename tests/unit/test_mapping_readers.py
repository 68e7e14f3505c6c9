"""Compiled expressions mean exactly what jmespath makes of them."""

from typing import Any, cast

import jmespath
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jmespath.exceptions import JMESPathError

from assetferry.mapping.projections import is_true
from assetferry.mapping.readers import ReadError, compile_reader, only_key

search = cast("Any", jmespath).search

names = st.sampled_from(["a", "b", "c", '"d-e"', '"f.g"', "null", "true"])
literals = st.sampled_from(
    ["'x'", "''", "'laptop'", "`0`", "`1`", "`1.0`", "`true`", "`false`", "`null`", "`[]`", '`"x"`']
)
steps = st.one_of(
    names,
    st.tuples(names, st.sampled_from(["[]", "[*]", "[0]", "[-1]", "[?b]", "[?c == 'x']"])).map(
        "".join
    ),
)
paths = st.lists(steps, min_size=1, max_size=3).map(".".join)
operands = st.one_of(paths, literals, st.just("@"))
comparisons = st.tuples(operands, st.sampled_from(["==", "!="]), operands).map(" ".join)
conditions = st.recursive(
    st.one_of(comparisons, operands),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(" ".join),
        inner.map("({})".format),
        inner.map("!({})".format),
    ),
    max_leaves=4,
)
data = st.recursive(
    st.sampled_from([None, True, False, 0, 1, 1.0, -1, "", "x", "laptop", "0"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(["a", "b", "c", "d-e", "f.g", "null"]), inner, max_size=4),
    ),
    max_leaves=10,
)


def same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and left == right


@given(conditions, data)
@example("a[?b].c", {"a": [{"b": 1, "c": None}, {"b": 0, "c": 2}, {"b": "", "c": 3}, 4]})
@example("a[].b[]", {"a": [{"b": [[1], 2]}, [{"b": [3]}], {"b": 4}]})
@example("a == `1`", {"a": True})
@example("a != `0`", {"a": False})
@example("a[-1].b", {"a": [{"b": 1}, {"b": 2}]})
def test_compiled_expression_gives_what_jmespath_gives(expression: str, value: Any) -> None:
    """Lookups, literals, comparisons and logic are quicker here, but never mean anything else."""
    assert same(compile_reader(expression)(value), search(expression, value))


@given(st.lists(names, min_size=1, max_size=4).map(".".join), data)
def test_plain_path_gives_what_jmespath_gives(expression: str, value: Any) -> None:
    """The common case, a dotted path, also over values that are no objects."""
    assert same(compile_reader(expression)(value), search(expression, value))


@given(data)
def test_truth_is_jmespaths(value: Any) -> None:
    """``where`` takes for true what a JMESPath filter takes for true: 0 is, empty text is not."""
    assert is_true(value) == (search("[?@] | length(@)", [value]) == 1)


@pytest.mark.parametrize(
    "expression",
    [
        "a[1:]",
        "*.b",
        "!a",
        "a > b",
        "join(', ', a)",
        "a || b | c",
        "[a, b]",
        "{x: a}",
        "a[?b == 'x'].c",
        "@",
    ],
)
def test_everything_else_goes_to_jmespath(expression: str) -> None:
    """What is not compiled is not refused."""
    value = {"a": [{"b": "x", "c": 1}], "b": {"c": 2}}
    try:
        expected = search(expression, value)
    except JMESPathError:
        with pytest.raises(ReadError):
            compile_reader(expression)(value)
    else:
        assert same(compile_reader(expression)(value), expected)


def test_function_that_gives_up_on_the_data_says_so_without_showing_it() -> None:
    """A record can make a function fail; that is the record's problem, and values stay private."""
    with pytest.raises(ReadError) as caught:
        compile_reader("join(', ', @)")({"private": "value"})
    assert "value" not in str(caught.value)


def test_only_key_is_known_for_single_lookups() -> None:
    """The fast path is taken for single keys and for nothing that merely looks like one."""
    assert only_key("name") == "name"
    assert only_key('"full-name"') == "full-name"
    assert only_key("owner.name") is None
    assert only_key("'name'") is None
    assert only_key("name[0]") is None
