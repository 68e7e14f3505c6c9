"""The way out: the definition's one HTTP client, and where the hosts it names lead."""

from collections.abc import Mapping
from ipaddress import ip_address

from assetferry.definition.document import Definition
from assetferry.definition.egress import rule_for
from assetferry.definition.positions import Path
from assetferry.definition.secrets import SecretReference, resolve
from assetferry.definition.urls import Place, place
from assetferry.outbound.client import Outbound
from assetferry.outbound.egress import Egress
from assetferry.outbound.errors import EgressDenied
from assetferry.outbound.limits import Limits, Timeouts
from assetferry.outbound.resolver import CheckedResolver
from assetferry.preflight.finding import Finding

__all__ = ["BASE_URL", "addresses", "denied", "egress_findings", "way_out"]

BASE_URL: Path = ("assets", "base_url")
_PATIENCE = Timeouts(connect=10.0, read=30.0, total=60.0)
"""Seconds: a person waits for a check, where a run would wait longer."""


def way_out(definition: Definition, environ: Mapping[str, str]) -> Outbound:
    """Make the client for everything a check asks; raise SecretMissing or BadAddress."""
    egress, limits = definition.egress, definition.limits
    proxy = egress.proxy
    if isinstance(proxy, SecretReference):
        proxy = resolve(proxy, environ).reveal()
    return Outbound(
        _allowed(definition),
        proxy=proxy,
        ca_file=egress.ca_file,
        timeouts=_PATIENCE,
        limits=Limits(connections=limits.reads + limits.sends),
    )


def addresses(definition: Definition) -> dict[Path, Place]:
    """Say where each address of the definition leads, by the key it stands at."""
    found = {BASE_URL: place(definition.assets.base_url)}
    for name, source in definition.sources.items():
        found["sources", name, "url"] = place(source.url)
    return found


async def denied(
    definition: Definition, *, resolver: CheckedResolver | None = None
) -> dict[Path, str]:
    """Resolve every host as a run would, and say which are refused or unknown, and why.

    Behind a proxy nothing is resolved here: the proxy does it. Raises BadAddress.
    """
    if definition.egress.proxy is not None:
        return {}
    checked = resolver or CheckedResolver(Egress.of(_allowed(definition)))
    found: dict[Path, str] = {}
    reasons: dict[Place, str | None] = {}
    try:
        for path, where in addresses(definition).items():
            if where not in reasons:
                reasons[where] = await _reason(checked, where)
            if (reason := reasons[where]) is not None:
                found[path] = reason
    finally:
        await checked.close()
    return found


def egress_findings(definition: Definition, refused: Mapping[Path, str]) -> list[Finding]:
    """Say which hosts may be spoken to. Pure."""
    open_ = {
        f"{where.host}:{where.port}": None
        for path, where in addresses(definition).items()
        if path not in refused
    }
    found: list[Finding] = []
    if open_:
        through = "" if definition.egress.proxy is None else ", through the proxy"
        found.append(Finding(state="ok", message=f"{', '.join(open_)}{through}"))
    for path, reason in refused.items():
        found.append(
            Finding(
                state="failed",
                message=reason,
                cure="No request was made. Correct the address, the list under [egress], or the "
                "name service.",
                path=path,
            )
        )
    return found


def _allowed(definition: Definition) -> list[str]:
    return [*definition.egress.allow, rule_for(definition.assets.base_url)]


async def _reason(resolver: CheckedResolver, where: Place) -> str | None:
    try:
        ip_address(where.host)
    except ValueError:
        pass
    else:
        return None  # nothing to resolve
    try:
        await resolver.resolve(where.host, where.port)
    except EgressDenied as error:
        return str(error)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return f"The name {where.host} cannot be resolved: {reason}."
    return None
