"""What went wrong with Assets or a source, with the key that decides about it (pure).

The messages of errors say what is wrong and often what to do; here they get the place in the
definition, and a cure that names what the definition refers to.
"""

from assetferry.assets.answers import (
    Conflict,
    Missing,
    Refused,
    Throttled,
    TooLarge,
    Trouble,
    Unauthorized,
    Unavailable,
    Unexpected,
)
from assetferry.definition.auth import BasicAuth, BearerAuth, HeaderAuth
from assetferry.definition.document import Definition
from assetferry.definition.positions import Path
from assetferry.definition.secrets import SecretReference
from assetferry.definition.sources import AnySource
from assetferry.errors import FerryError
from assetferry.outbound.errors import CertificateUntrusted, EgressDenied, ProxyRefused, Unreachable
from assetferry.preflight.finding import Finding
from assetferry.sources.errors import (
    SourceMisread,
    SourceRefused,
    SourceThrottled,
    SourceUnauthorized,
)

__all__ = ["assets_error", "assets_trouble", "source_error"]

_ROOT = (
    "Write the root of the API: https://api.atlassian.com, or what `assetferry assets` shows for "
    "the local server; nothing of /jsm/assets belongs to it."
)


def assets_trouble(trouble: Trouble, definition: Definition) -> Finding:
    """Say what an answer of Assets other than the hoped-for one means for the definition."""
    path: Path = ("assets", "base_url")
    match trouble:
        case Unauthorized(reason=reason):
            path = ("assets", "token")
            cure = (
                "Make a new container token for the import source in Jira and put it where "
                f"{definition.assets.token} points to; an older one ends with it."
            )
        case Unavailable(reason=reason):
            cure = f"See that Assets runs and can be reached from here. {_ROOT}"
        case Missing(reason=reason) | Unexpected(reason=reason):
            cure = _ROOT
        case Throttled():
            reason, cure = "Assets asks to wait.", "Check again in a few minutes."
        case TooLarge():
            reason, cure = "Assets takes no request as large as this.", "Map fewer attributes."
        case Refused(reason=reason) | Conflict(reason=reason):
            path = ("assets",)
            cure = "Check again; if it lasts, look at the import source in Jira."
    return Finding(state="failed", message=reason, cure=cure, path=path)


def assets_error(error: FerryError) -> Finding:
    """Say what kept a request from reaching Assets at all."""
    return Finding(
        state="failed",
        message=str(error),
        cure="Then check again.",
        path=_way(error) or ("assets", "base_url"),
    )


def source_error(name: str, source: AnySource, error: FerryError) -> Finding:
    """Say why the first page of a source could not be read."""
    key, cure = _source_cure(source, error)
    return Finding(
        state="failed",
        message=f"{name}: {error}",
        cure=cure,
        path=_way(error) or ("sources", name, *key),
    )


def _way(error: FerryError) -> Path | None:
    """Find the key under [egress] that an error is about."""
    match error:
        case EgressDenied():
            return ("egress", "allow")
        case CertificateUntrusted():
            return ("egress", "ca_file")
        case ProxyRefused():
            return ("egress", "proxy")
        case _:
            return None


def _source_cure(source: AnySource, error: FerryError) -> tuple[Path, str]:
    match error:
        case SourceUnauthorized():
            secret = _secret(source)
            if secret is None:
                return ("auth",), 'It is asked without credentials: add auth = { type = "…", … }.'
            return ("auth",), f"Put a secret that it accepts where {secret} points to."
        case SourceMisread():
            return ("records",), (
                "Look at an answer, for example with curl, and correct url, records or pagination."
            )
        case SourceRefused():
            return ("url",), "Ask the address with curl, and compare with the service's own pages."
        case SourceThrottled():
            return ("url",), "Check again in a few minutes."
        case Unreachable():
            return ("url",), "See that the service runs, and that host and port are right."
        case _:
            return ("url",), "Check again; if it lasts, ask who runs the service."


def _secret(source: AnySource) -> SecretReference | None:
    match source.auth:
        case BearerAuth(token=secret) | HeaderAuth(value=secret) | BasicAuth(password=secret):
            return secret
        case _:
            return None
