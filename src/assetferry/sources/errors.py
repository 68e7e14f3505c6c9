"""What can go wrong with a source, by the way to recover.

Messages name the source and its address without query values; of a body they show at most
200 characters, with the source's secrets masked.
"""

from assetferry.errors import Fatal, NeedsPerson, RetryLater

__all__ = [
    "SourceCursorForeign",
    "SourceMisread",
    "SourceRefused",
    "SourceThrottled",
    "SourceUnauthorized",
    "SourceUnavailable",
]


class SourceMisread(RetryLater):
    """A 2xx answer that is not what the definition describes.

    Proxies and gateways give such answers in passing, so it is worth some more attempts; it
    is never taken for the end of the data.
    """

    code = "source_misread"


class SourceUnavailable(RetryLater):
    """5xx or the like: the source cannot answer at the moment."""

    code = "source_unavailable"


class SourceThrottled(RetryLater):
    """429, or 503 with Retry-After: not before ``until``."""

    code = "source_throttled"


class SourceUnauthorized(NeedsPerson):
    """401 or 403: the source does not accept our credential, or not for this."""

    code = "source_unauthorized"


class SourceRefused(Fatal):
    """4xx: the source understood the request and will never grant it."""

    code = "source_refused"


class SourceCursorForeign(Fatal):
    """A stored cursor was made by another kind of pagination than the definition has now."""

    code = "source_cursor_foreign"
