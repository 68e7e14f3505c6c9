from typing import Any, cast

import jmespath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.sources.errors import SourceMisread
from assetferry.sources.paths import reading

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(JSON, st.sampled_from(["@", "a", "a.b", "a.b.c", "b.a"]))
def test_a_plain_path_means_what_jmespath_means(document: object, expression: str) -> None:
    """The fast way is only faster."""
    expected = cast("Any", jmespath).search(expression, document)
    assert reading(expression)(document) == expected


def test_other_expressions_are_jmespath() -> None:
    """Projections and functions work as everywhere else."""
    assert reading("a[].b")({"a": [{"b": 1}, {"b": 2}]}) == [1, 2]
    assert reading("to_number(total)")({"total": "5"}) == 5


def test_an_expression_that_meets_another_type_is_a_misreading() -> None:
    """A function given what it cannot take says that the answer is not what was described."""
    with pytest.raises(SourceMisread, match="length"):
        reading("length(total)")({"total": 5})
    with pytest.raises(SourceMisread, match="TypeError"):
        reading("items[?size > `1`]")({"items": [{"size": "large"}]})
