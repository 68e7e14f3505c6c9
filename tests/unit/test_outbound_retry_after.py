import pytest

from assetferry.outbound.retry_after import retry_after

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize(
    ("value", "date", "expected"),
    [
        (None, None, None),
        ("120", None, NOW + 120),
        (" 0 ", None, NOW),
        ("1.5", None, NOW + 1.5),
        ("172800", None, NOW + 172_800),
        ("Tue, 14 Nov 2023 22:14:20 GMT", None, NOW + 60),
        ("Tue, 14 Nov 2023 22:00:00 GMT", None, NOW),
        ("Tue, 14 Nov 2023 23:14:20 GMT", "Tue, 14 Nov 2023 23:13:20 GMT", NOW + 60),
        ("Tue, 14 Nov 2023 22:14:20 GMT", "rubbish", NOW + 60),
        ("-5", None, None),
        ("soon", None, None),
        ("inf", None, None),
        ("9999999999999", None, None),
        ("", None, None),
    ],
)
def test_each_form_of_retry_after(
    value: str | None, date: str | None, expected: float | None
) -> None:
    """Seconds and dates are read, a skewed clock is evened out, nonsense asks for nothing."""
    assert retry_after(value, now=NOW, date=date) == expected
