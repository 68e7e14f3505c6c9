"""What a schedule's body may say (10.2 and section 19), and what an answer means (10.3)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from assetferry.local_assets.errors import Refusal
from assetferry.local_assets.scheduling.asked import Asked, read
from assetferry.local_assets.scheduling.callback import Answered, Unanswered
from assetferry.local_assets.scheduling.verdict import judge
from assetferry.local_assets.settings import Settings

NOW = datetime(2026, 12, 1, tzinfo=UTC)
GOOD: dict[str, Any] = {
    "runFrequency": "DAILY",
    "startTime": "2026-12-02T09:00:00Z",
    "timezone": "Europe/Berlin",
    "callbackUrl": "https://app.example.com/x1/secret?y=1",
}
ABSENT = object()


def asked(*, external: bool = True, **change: Any) -> Asked:
    body = {key: value for key, value in {**GOOD, **change}.items() if value is not ABSENT}
    return read(body, now=NOW, external=external, settings=Settings())


@pytest.mark.parametrize(
    "keys",
    [
        {"runFrequency": "WEEKLY"},
        {"runFrequency": ABSENT, "runInterval": "WEEKLY"},
        {"runFrequency": "WEEKLY", "runInterval": "WEEKLY"},
    ],
)
def test_both_dialects_are_understood(keys: dict[str, Any]) -> None:
    """Either key names the frequency, and both may where they agree."""
    assert asked(**keys).frequency == "WEEKLY"


def test_the_zone_is_utc_unless_given() -> None:
    """The dialect without a timezone means UTC."""
    assert asked(timezone=ABSENT).timezone == "UTC"
    assert asked().timezone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("given", "start"),
    [
        ("2026-12-02T09:00:00Z", datetime(2026, 12, 2, 9, tzinfo=UTC)),
        ("2026-12-02T09:00:00.123Z", datetime(2026, 12, 2, 9, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-12-02T09:00:00.123456Z", datetime(2026, 12, 2, 9, 0, 0, 123_000, tzinfo=UTC)),
        ("2026-12-02T09:00+02:00", datetime(2026, 12, 2, 7, tzinfo=UTC)),
        ("2026-12-02t09:00:00z", datetime(2026, 12, 2, 9, tzinfo=UTC)),
    ],
)
def test_a_start_is_an_instant(given: str, start: datetime) -> None:
    """Every form of ISO 8601 with an offset is read, to the millisecond."""
    assert asked(startTime=given).start == start


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080/",
        "https://[::1]:8443/x",
        "https://app.example.com",
        "https://app.example.com/a%20b?c=d&e=f#g",
    ],
)
def test_a_callback_is_any_http_address(url: str) -> None:
    """Host, port, path and query may be whatever an app has."""
    assert asked(callbackUrl=url).callback_url == url


def test_only_external_sources_need_a_callback() -> None:
    """CSV and JSON imports bring their data, so nobody has to be called."""
    assert asked(external=False, callbackUrl=None).callback_url is None
    assert asked(external=False, callbackUrl=ABSENT).callback_url is None


FREQUENCY = "runFrequency must be ONCE, DAILY, WEEKLY or MONTHLY"
START = "startTime must be a future ISO 8601 instant"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"runFrequency": ABSENT}, FREQUENCY),
        ({"runFrequency": "daily"}, FREQUENCY),
        ({"runFrequency": "HOURLY"}, FREQUENCY),
        ({"runFrequency": None}, FREQUENCY),
        ({"runFrequency": ["DAILY"]}, FREQUENCY),
        ({"runInterval": "WEEKLY"}, FREQUENCY),
        ({"runInterval": None}, FREQUENCY),
        ({"startTime": ABSENT}, START),
        ({"startTime": None}, START),
        ({"startTime": 1_800_000_000}, START),
        ({"startTime": ""}, START),
        ({"startTime": "tomorrow at nine"}, START),
        ({"startTime": "2026-12-02"}, START),
        ({"startTime": "2026-12-02T09:00:00"}, START),
        ({"startTime": "2026-12-01T00:00:00Z"}, START),
        ({"startTime": "2025-12-02T09:00:00Z"}, START),
        ({"startTime": "9999-12-31T23:00:00-12:00"}, START),
        ({"startTime": "9999-12-31T09:00:00Z"}, START),
        ({"startTime": "0001-01-01T00:00:00+14:00"}, START),
        ({"timezone": None}, "timezone"),
        ({"timezone": "Berlin"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"timezone": "+01:00"}, "timezone"),
        ({"timezone": "localtime"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": ["UTC"]}, "timezone"),
        ({"callbackUrl": ABSENT}, "callbackUrl"),
        ({"callbackUrl": None}, "callbackUrl"),
        ({"callbackUrl": {}}, "callbackUrl"),
        ({"callbackUrl": "ftp://app.example.com/"}, "callbackUrl"),
        ({"callbackUrl": "//app.example.com/"}, "callbackUrl"),
        ({"callbackUrl": "https:///path"}, "callbackUrl"),
        ({"callbackUrl": "https://app.example.com:99999/"}, "callbackUrl"),
        ({"callbackUrl": "https://app.example.com:0/"}, "callbackUrl"),
        ({"callbackUrl": "https://user:secret@app.example.com/"}, "callbackUrl"),
        ({"callbackUrl": "https://app.example.com/a b"}, "callbackUrl"),
        ({"callbackUrl": "https://app.example.com/\r\nHost: x"}, "callbackUrl"),
        ({"callbackUrl": "https://app.example.com/ä"}, "callbackUrl"),
        ({"callbackUrl": "https://[::1/"}, "callbackUrl"),
        ({"callbackUrl": "https://app.example.com/" + "x" * 2048}, "callbackUrl"),
    ],
)
def test_what_has_no_meaning_is_refused(change: dict[str, Any], message: str) -> None:
    """Every misfit is a 400 that names its field."""
    with pytest.raises(Refusal) as refusal:
        asked(**change)
    assert refusal.value.status == 400
    assert message in refusal.value.body["errorMessages"][0]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, "answered"),
        (202, "answered"),
        (204, "answered"),
        (299, "answered"),
        (301, "failed"),
        (307, "failed"),
        (400, "failed"),
        (401, "failed"),
        (404, "gone"),
        (410, "gone"),
        (429, "failed"),
        (500, "failed"),
        (503, "failed"),
    ],
)
def test_only_2xx_is_success(status: int, outcome: str) -> None:
    """Every other status is a failure that the history names, and two mean there is no app."""
    verdict = judge(Answered(status=status))
    assert verdict.outcome == outcome
    assert verdict.status == status
    assert (verdict.failure is None) == (outcome == "answered")
    assert verdict.failure is None or str(status) in verdict.failure


def test_no_answer_is_a_failure() -> None:
    """Its reason reaches the history."""
    verdict = judge(Unanswered(reason="no answer within 30 seconds"))
    assert verdict.outcome == "failed"
    assert verdict.failure is not None
    assert "no answer within 30 seconds" in verdict.failure
