import pytest

from assetferry.outbound.asked_wait import asked_wait
from assetferry.outbound.response import Response

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT
AHEAD = "Tue, 14 Nov 2023 23:13:20 GMT"
"""An hour ahead of us."""


def answer(status: int, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status=status, url="http://host/", headers=named)


@pytest.mark.parametrize(
    ("response", "expected"),
    [
        (answer(429, retry_after="30"), 30.0),
        (answer(503, retry_after="30"), 30.0),
        (answer(429, retry_after="Tue, 14 Nov 2023 22:14:20 GMT"), 60.0),
        (answer(500, retry_after="30"), None),
        (answer(200, retry_after="30"), None),
        (answer(429), None),
        (answer(429, retry_after="soon"), None),
        (answer(200, x_ratelimit_remaining="0", x_ratelimit_reset="45"), 45.0),
        (answer(200, x_ratelimit_remaining="0", x_ratelimit_reset="1700000045"), 45.0),
        (answer(200, x_ratelimit_remaining="0", x_ratelimit_reset="1700000045000"), 45.0),
        (answer(200, x_ratelimit_remaining="0", x_ratelimit_reset="1699999999"), 0.0),
        (answer(200, x_ratelimit_remaining="0", x_ratelimit_reset="1700003645", date=AHEAD), 45.0),
        (answer(200, x_ratelimit_remaining="0", x_ratelimit_reset="2023-11-14T22:14:05Z"), 45.0),
        (answer(200, x_ratelimit_remaining="0", x_ratelimit_reset="2023-11-14T22:14"), 40.0),
        (answer(200, x_ratelimit_remaining="0", x_ratelimit_reset="0001-01-01"), 0.0),
        (answer(200, x_ratelimit_remaining="0"), None),
        (answer(200, x_ratelimit_remaining="1", x_ratelimit_reset="45"), None),
        (answer(200, x_ratelimit_remaining="none", x_ratelimit_reset="45"), None),
        (answer(200, x_ratelimit_reset="45"), None),
        (answer(429, x_ratelimit_reset="45"), 45.0),
        (answer(429, retry_after="soon", x_ratelimit_reset="45"), 45.0),
        (answer(429, retry_after="30", x_ratelimit_reset="45"), 30.0),
        (answer(429, x_ratelimit_reset="soon"), None),
        (answer(429, x_ratelimit_reset="-5"), None),
        (answer(200, x_rate_limit_remaining="0", x_rate_limit_reset="45"), 45.0),
        (answer(200, ratelimit_remaining="0", ratelimit_reset="45"), 45.0),
        (answer(200, ratelimit="limit=100, remaining=0, reset=45"), 45.0),
        (answer(200, ratelimit="limit=100, remaining=5, reset=45"), None),
        (answer(429, ratelimit="limit=100, remaining=5, reset=45"), 45.0),
        (answer(200, ratelimit='"default";r=0;t=45'), 45.0),
        (answer(200, ratelimit='"default";r=07;t=45'), None),
        (answer(200, ratelimit="rubbish"), None),
    ],
)
def test_r10_each_header_that_asks_for_a_wait(response: Response, expected: float | None) -> None:
    """Seconds, epochs and dates are told apart, clocks evened out, nonsense asks for nothing."""
    assert asked_wait(response, now=NOW) == pytest.approx(expected)
