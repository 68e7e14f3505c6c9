"""Sources: hosts that are allowed, bodies that are sent, secrets where they belong."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

from assetferry.definition.complaints import Complaint
from assetferry.definition.draft import Draft
from assetferry.definition.egress import rule_for
from assetferry.definition.pagination import OffsetPagination, PagePagination
from assetferry.definition.positions import Path
from assetferry.definition.sources import AnySource

__all__ = ["check_sources"]

_SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
_SECRET_WORDS = ("api-key", "apikey", "password", "secret", "token")
_SECRET_PARAMS = frozenset({"access_token", "api_key", "apikey", "password", "secret", "token"})


def check_sources(draft: Draft) -> Iterator[Complaint]:
    """Check each source that could be read."""
    used = {parsed.source for parsed in draft.object_types.values() if parsed}
    for name, source in draft.sources.items():
        path: Path = ("sources", name)
        if source is None:
            continue
        if name not in used and None not in draft.object_types.values():
            yield Complaint(
                path,
                "is read by no object type",
                f'Name it in an object type (source = "{name}"), or take it out.',
            )
        yield from _egress(path, source, draft)
        yield from _request(path, source)
        yield from _secrets(path, source)


def _egress(path: Path, source: AnySource, draft: Draft) -> Iterator[Complaint]:
    if draft.egress is not None and not draft.egress.allows(source.url):
        rule = rule_for(source.url)
        yield Complaint(
            (*path, "url"),
            f"leads to {rule}, which [egress] does not allow",
            f"Add it under [egress]: allow = [{', '.join(_quoted((*draft.egress.allow, rule)))}].",
        )


def _quoted(rules: tuple[str, ...]) -> list[str]:
    return [f'"{rule}"' for rule in rules]


def _request(path: Path, source: AnySource) -> Iterator[Complaint]:
    if source.body is not None and source.method == "GET":
        yield Complaint(
            (*path, "body"), "cannot be sent with GET", 'Set method = "POST", or take it out.'
        )
    match source.pagination:
        case OffsetPagination(offset_param=place_param, limit_param=size_param):
            taken = {place_param, size_param}
        case PagePagination(page_param=place_param, size_param=size_param):
            taken = {place_param, size_param}
        case _:
            taken = set[str | None]()
    for param in source.params:
        if param in taken:
            yield Complaint(
                (*path, "params", param),
                "is also set by pagination",
                "Take it out here; pagination sets it for every page.",
            )


def _secrets(path: Path, source: AnySource) -> Iterator[Complaint]:
    for name in source.headers:
        folded = name.casefold().replace("_", "-")
        if folded in _SECRET_HEADERS or any(word in folded for word in _SECRET_WORDS):
            yield Complaint(
                (*path, "headers", name),
                "looks like a header that carries a secret",
                f'Use auth = {{ type = "header", name = "{name}", value = "env:NAME" }}.',
            )
    written = parse_qsl(urlsplit(source.url).query, keep_blank_values=True)
    places = [((*path, "params", name), name) for name in source.params]
    places += [((*path, "url"), name) for name, _ in written]
    for place, name in places:
        if name.casefold().replace("-", "_") in _SECRET_PARAMS:
            yield Complaint(
                place,
                f"has {name}, which looks like a secret, and addresses end up in logs",
                'Send it in a header: auth = { type = "header", name = "…", value = "env:NAME" }.',
            )
