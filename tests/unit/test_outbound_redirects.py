import pytest
from yarl import URL

from assetferry.outbound.errors import BadAddress
from assetferry.outbound.redirects import Hop, next_hop

KEYS = {"Authorization": "Bearer x", "X-Api-Key": "k", "Accept": "application/json"}


def hop(method: str = "GET", *, body: bytes | None = None) -> Hop:
    return Hop(method=method, url=URL("https://a.example/x?q=1"), headers=KEYS, body=body)


@pytest.mark.parametrize("status", [200, 300, 304, 404, 500])
def test_other_answers_are_no_redirects(status: int) -> None:
    """A Location header alone does not make a redirect."""
    assert next_hop(hop(), status=status, location="/y") is None


def test_a_redirect_without_location_is_an_answer() -> None:
    """Nothing is guessed where the address is missing."""
    assert next_hop(hop(), status=302, location=None) is None


def test_same_origin_keeps_credentials() -> None:
    """A relative redirect is the same host: it gets what the first request got."""
    following = next_hop(hop(), status=307, location="/y")
    assert following is not None
    assert (str(following.url), following.headers) == ("https://a.example/y", KEYS)


@pytest.mark.parametrize(
    "location", ["https://b.example/y", "https://a.example:444/y", "//b.example/y"]
)
def test_another_origin_gets_no_credentials(location: str) -> None:
    """A key in any header stays with the host it was given for; another port is another host."""
    following = next_hop(hop(), status=302, location=location)
    assert following is not None
    assert following.headers == {"Accept": "application/json"}


@pytest.mark.parametrize("location", ["http://a.example/y", "ftp://a.example/y", "http://[/"])
def test_redirects_into_the_open_are_refused(location: str) -> None:
    """From https nothing leads to an unencrypted or unreadable address."""
    with pytest.raises(BadAddress):
        next_hop(hop(), status=302, location=location)


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [("POST", 303, "GET"), ("POST", 302, "GET"), ("POST", 307, "POST"), ("HEAD", 303, "HEAD")],
)
def test_the_method_follows_the_status(method: str, status: int, expected: str) -> None:
    """303 turns into GET, 307 repeats the request, as RFC 9110 says."""
    following = next_hop(hop(method, body=b"{}"), status=status, location="/y")
    assert following is not None
    assert following.method == expected
    assert (following.body is not None) == (expected == "POST")


def test_a_body_stays_with_its_origin() -> None:
    """A redirect cannot make us hand a request's body to another host."""
    with pytest.raises(BadAddress):
        next_hop(hop("POST", body=b"{}"), status=308, location="https://b.example/")
