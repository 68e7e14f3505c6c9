"""Secrets are found in every dress that a server may put them in."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assetferry.outbound.masking import Mask
from assetferry.outbound.redaction import excerpt, shown
from dressing import dressed

SECRET = "p+l/a=n t<e>d&\"q'ü-\\1"

DRESSES = dressed(SECRET)


@pytest.mark.parametrize("dress", DRESSES)
def test_a_secret_is_found_in_every_dress(dress: str) -> None:
    """Between other words, which stay."""
    told = Mask([SECRET]).hide(f"You sent {DRESSES[dress]} to us")
    assert told.startswith("You sent ")
    assert told.endswith(" to us")
    assert "***" in told
    assert len(told) <= len('You sent 123456*** 12=" to us')


@pytest.mark.parametrize("dress", DRESSES)
@pytest.mark.parametrize("room", [10, 40, 200])
def test_no_half_of_a_secret_is_left_at_the_border(dress: str, room: int) -> None:
    """However long the dress, and however often it is repeated."""
    body = (DRESSES[dress] + " ") * 4000
    told = excerpt(body.encode(), limit=room, hide=[SECRET])
    left = told.replace("***", "").replace('"', "").replace("=", "").replace("\\", "")
    assert not any(len(word) > 8 for word in left.split()), told  # the pair's name


@given(st.text(st.characters(codec="ascii"), max_size=200))
def test_other_texts_stay_as_they_are(text: str) -> None:
    """A mask without secrets, or whose secrets are not there, changes nothing."""
    assert Mask([]).hide(text) == text
    assert Mask(["", "planted-3f9c1d7e"]).hide(text) == text


@given(st.text(min_size=6, max_size=40), st.text(max_size=3), st.text(max_size=3))
def test_base64_is_found_wherever_it_begins(secret: str, before: str, after: str) -> None:
    """Its groups shift with what stands before it."""
    mask = Mask([secret])
    assert mask.holds(base64.b64encode((before + secret + after).encode()).decode())


def test_an_address_is_shown_without_a_secret_in_its_path() -> None:
    """A redirect may carry it anywhere."""
    told = shown("https://h.example/a/s3cret-word/b?x=s3cret-word", hide=["s3cret-word"])
    assert told == "https://h.example/a/***/b?x=***"
