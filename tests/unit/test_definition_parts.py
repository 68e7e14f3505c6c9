"""Small parts of a definition: quantities, slugs, hosts."""

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from yarl import URL

from assetferry.definition.egress import Egress, HostRule, rule_for
from assetferry.definition.limits import Limits
from assetferry.definition.names import slug
from assetferry.definition.quantities import Bytes, Seconds, Share
from assetferry.outbound.egress import Egress as Enforced
from assetferry.outbound.errors import EgressDenied


@pytest.mark.parametrize(
    ("kind", "written", "meant"),
    [
        (Seconds, "15 min", 900.0),
        (Seconds, "24h", 86400.0),
        (Seconds, "1.5 s", 1.5),
        (Seconds, "7 d", 604800.0),
        (Bytes, "1 MiB", 1048576),
        (Bytes, "500 kB", 500000),
        (Bytes, "100 B", 100),
        (Share, "20%", 0.2),
        (Share, "0.5 %", 0.005),
        (Share, 0, 0.0),
        (Share, 0.25, 0.25),
    ],
)
def test_quantity_is_read(kind: Any, written: Any, meant: float) -> None:
    """As people write it, to the number that code works with."""
    found = TypeAdapter[Any](kind).validate_python(written)
    assert (type(found), found) == (type(meant), meant)


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Seconds, 900),
        (Seconds, "900"),
        (Seconds, "-1 s"),
        (Seconds, "1 m"),
        (Seconds, "١ s"),  # noqa: RUF001  # a digit, but not one of ours
        (Bytes, "1 mib"),
        (Bytes, True),
        (Share, "120%"),
        (Share, 20),
        (Share, True),
        (Share, "20"),
    ],
)
def test_quantity_without_a_clear_unit_is_refused(kind: Any, written: Any) -> None:
    """A bare 20 could be 20 or 20 %, 1 m a minute or a month: nothing is guessed."""
    with pytest.raises(ValidationError):
        TypeAdapter[Any](kind).validate_python(written)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("RAM (GB)", "ram_gb"),
        ("Hostname", "hostname"),
        ("Größe", "grosse"),
        ("Prénom / Nom", "prenom_nom"),
        ("a.b", "a_b"),
    ],
)
def test_slug_is_readable(name: str, made: str) -> None:
    """Keys in chunks and external ids can be recognised by people."""
    assert slug(name) == made


def test_slugs_of_names_in_other_scripts_differ() -> None:
    """Letters without a Latin form leave a digest, so that their names do not meet."""
    made = [slug(name) for name in ("名前", "种类", "名前 1", "种类 1", "!!!", "???")]
    assert len(set(made)) == len(made)


@given(st.text(min_size=1))
def test_slug_is_always_a_plain_key(name: str) -> None:
    """No dots, brackets or dollar signs, which locators and placeholders would interpret."""
    assert re.fullmatch(r"[a-z0-9_]+", slug(name))
    assert slug(name) == slug(name)


@pytest.mark.parametrize(
    "rule",
    ["example.com", "EXAMPLE.com", "example.com:8443", "*.example.com", "127.0.0.1", "[::1]:80",
     "::1", "10.0.0.0/8", "localhost", "bücher.example", "my_host"],
)  # fmt: skip
def test_rule_that_outbound_enforces_is_accepted(rule: str) -> None:
    """What passes here is never refused when the run starts."""
    assert TypeAdapter[str](HostRule).validate_python(rule) == rule
    Enforced.of([rule])


@pytest.mark.parametrize(
    "rule",
    ["", "*", "*.*", "https://example.com", "example.com/path", "a b", "example.com:0",
     "example.com:99999", "*.example.com:80", "10.0.0.1/8", "u@example.com", "*.10.0.0.1"],
)  # fmt: skip
def test_rule_that_means_nothing_is_refused(rule: str) -> None:
    """A slip in the allow-list shows at once, not when the run is refused."""
    with pytest.raises(ValidationError):
        TypeAdapter[str](HostRule).validate_python(rule)


hosts = st.sampled_from(
    ["example.com", "a.example.com", "EXAMPLE.com", "127.0.0.1", "10.1.2.3", "[::1]", "localhost"]
)
rules = st.one_of(
    hosts,
    st.tuples(hosts, st.sampled_from(["80", "443", "8443"])).map(":".join),
    st.sampled_from(["*.example.com", "*.com", "10.0.0.0/8", "::/0", "127.0.0.1/32"]),
)
urls = st.builds(
    "{}://{}{}/x".format,
    st.sampled_from(["http", "https"]),
    hosts,
    st.sampled_from(["", ":80", ":443", ":8443"]),
)


@given(st.lists(rules, max_size=3), urls)
@example(["*.com", "example.com:80"], "https://example.com/x")
@example(["127.0.0.1:80", "127.0.0.1/32"], "http://127.0.0.1:8443/x")
def test_allow_list_is_judged_as_it_will_be_enforced(allow: list[str], url: str) -> None:
    """A definition is neither refused for a host that could be reached nor the other way round."""
    try:
        Enforced.of(allow).check(URL(url))
    except EgressDenied:
        enforced = False
    else:
        enforced = True
    assert Egress(allow=tuple(allow)).allows(url) is enforced


@given(urls)
def test_the_suggested_rule_is_the_cure(url: str) -> None:
    """Whoever follows the error message is done."""
    assert Egress(allow=(rule_for(url),)).allows(url)


@pytest.mark.parametrize(
    ("host", "port", "expected"),
    [
        ("a.example.com", 443, 10),
        ("a.example.com", 8443, 20),
        ("b.example.com", 443, 30),
        ("example.com", 443, None),
        ("10.1.2.3", 80, 40),
        ("10.1.2.4", 80, 50),
        ("::1", 80, 60),
        ("other.org", 443, None),
    ],
)
def test_the_closest_rule_gives_the_budget(host: str, port: int, expected: int | None) -> None:
    """Host and port before host before domain before network; nothing else has a budget."""
    budgets = {
        "10.0.0.0/8": 50,
        "*.example.com": 30,
        "a.example.com": 10,
        "A.example.com:8443": 20,
        "10.1.2.3": 40,
        "[::1]": 60,
    }
    limits = Limits.model_validate(
        {"hosts": {rule: {"per_minute": number} for rule, number in budgets.items()}}
    )
    assert limits.per_minute(host, port) == expected
