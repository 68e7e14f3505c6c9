"""What a definition leaves open or chooses that often turns out badly (pure)."""

from collections.abc import Iterator
from ipaddress import ip_address

from assetferry.definition.auth import NoAuth
from assetferry.definition.document import Definition
from assetferry.definition.object_types import ObjectType
from assetferry.definition.urls import place
from assetferry.preflight.finding import Finding

__all__ = ["choice_findings"]


def choice_findings(definition: Definition) -> Iterator[Finding]:
    """Judge the definition by itself."""
    sources, types = len(definition.sources), len(definition.object_types)
    yield Finding(
        state="ok",
        message=f"{definition.name}: {sources} source{'' if sources == 1 else 's'}, "
        f"{types} object type{'' if types == 1 else 's'}",
    )
    if definition.assets.missing_objects == "unknown":
        yield Finding(
            state="warning",
            message="it is not said what Assets does with objects that a run does not bring, so "
            "that every run is guarded as if it removed them",
            cure='Look at the import source in Jira and write missing_objects = "ignore" or '
            '"remove".',
            path=("assets", "missing_objects"),
        )
    yield from _unencrypted(definition)
    for name, object_type in definition.object_types.items():
        yield from _references(definition, name, object_type)


def _unencrypted(definition: Definition) -> Iterator[Finding]:
    asked = [(("assets", "base_url"), definition.assets.base_url)]
    asked += [
        (("sources", name, "url"), source.url)
        for name, source in definition.sources.items()
        if not isinstance(source.auth, NoAuth)
    ]
    for path, url in asked:
        if url.lower().startswith("http:") and not _here(place(url).host):
            yield Finding(
                state="warning",
                message=f"the secret for {place(url).host} travels unencrypted: its address is "
                "http",
                cure="Write https if the service speaks it.",
                path=path,
            )


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _references(definition: Definition, name: str, object_type: ObjectType) -> Iterator[Finding]:
    for attribute_name, attribute in object_type.attributes.items():
        if attribute.to is None or attribute.match is None:
            continue
        target = definition.object_types[attribute.to]
        matched = target.attributes[attribute.match]
        identities = [one for one in target.attributes.values() if one.identity]
        if matched.unique or identities == [matched]:
            continue
        yield Finding(
            state="warning",
            message=f"{name}.{attribute_name}: several {attribute.to} objects can have the same "
            f'"{attribute.match}", as it is neither unique nor their whole identity; Assets then '
            "refuses the reference or takes all of them",
            cure=f'Match the identity of {attribute.to}, or set unique = true on "'
            f'{attribute.match}".',
            path=("object_types", name, "attributes", attribute_name, "match"),
        )
