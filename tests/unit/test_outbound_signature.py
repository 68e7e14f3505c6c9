"""Signatures of webhooks: those of the standard, and no others (pure)."""

import pytest

from assetferry.definition.secrets import Secret
from assetferry.outbound.signature import SigningKey, WeakSecret

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
MESSAGE = ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
RIGHT = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_known_example_of_the_standard_is_signed_as_there() -> None:
    """Both sides read the standard as its own libraries do."""
    key = SigningKey(Secret(SECRET))
    assert key.sign(*MESSAGE) == RIGHT
    assert key.fits(RIGHT, *MESSAGE)


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        (f"v1,AAAA {RIGHT}", True),
        (f"{RIGHT} v1a,AAAA", True),
        ("", False),
        (" ", False),
        (RIGHT.removeprefix("v1,"), False),
        (RIGHT.replace("v1,", "v2,"), False),
        (RIGHT[:-1], False),
        ("v1,\udcff", False),
    ],
)
def test_one_right_signature_among_several_is_enough(given: str, fits: bool) -> None:  # noqa: FBT001 # a row
    """Callers that change their secret sign with both; another version is not looked at."""
    assert SigningKey(Secret(SECRET)).fits(given, *MESSAGE) is fits


@pytest.mark.parametrize("secret", ["short", "whsec_c2hvcnQ=", "whsec_no base64!", "whsec_"])
def test_a_weak_secret_is_refused_and_not_repeated(secret: str) -> None:
    """What can be guessed proves nothing."""
    with pytest.raises(WeakSecret) as raised:
        SigningKey(Secret(secret))
    assert secret.removeprefix("whsec_") not in str(raised.value) or secret == "whsec_"
