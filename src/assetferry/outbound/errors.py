"""What can go wrong between us and another host, by the way to recover.

Messages name the host and never a credential, a path's query or a body.
"""

from assetferry.errors import Fatal, NeedsPerson, RetryLater

__all__ = [
    "AnswerTooLarge",
    "BadAddress",
    "CaFileUnusable",
    "CertificateUntrusted",
    "EgressDenied",
    "Interrupted",
    "ProxyRefused",
    "TimedOut",
    "TooManyRedirects",
    "Unreachable",
]


class Unreachable(RetryLater):
    """The connection was not made: nothing was sent, so nothing can have happened."""

    code = "unreachable"


class Interrupted(RetryLater):
    """The connection broke or fell silent after it was made: it may have happened."""

    code = "interrupted"


class TimedOut(Interrupted):
    """The answer, or what was still missing of it, did not come in time."""

    code = "timed_out"
    took_too_long = True


class EgressDenied(NeedsPerson):
    """A host, or an address it resolves to, is not on the allow-list of the definition."""

    code = "egress_denied"


class CertificateUntrusted(NeedsPerson):
    """The host's certificate is not signed by an authority we know, or is not its own."""

    code = "certificate_untrusted"


class CaFileUnusable(NeedsPerson):
    """The file of certificates that the definition names cannot be read here."""

    code = "ca_file_unusable"


class ProxyRefused(NeedsPerson):
    """The proxy did not let the request through (credentials, or its own rules)."""

    code = "proxy_refused"


class AnswerTooLarge(Fatal):
    """An answer passed the size limit; it was not read to its end."""

    code = "answer_too_large"

    def __init__(self, message: str, *, status: int) -> None:
        """``status`` is the HTTP status the answer began with."""
        super().__init__(message)
        self.status = status


class BadAddress(Fatal):
    """A URL that cannot be requested: no host, another scheme, or credentials inside."""

    code = "bad_address"


class TooManyRedirects(Fatal):
    """A chain of redirects longer than any that leads somewhere."""

    code = "too_many_redirects"
