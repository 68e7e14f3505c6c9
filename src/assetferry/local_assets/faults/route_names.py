"""What the routes are called when a fault is set: method and last words of the path."""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.routing import BaseRoute, Route

__all__ = ["RouteNames"]

_BY_TOKEN = "imports/info"  # noqa: S105 - a route; its import source is the one of the token


@dataclass(frozen=True, kw_only=True, slots=True)
class RouteNames:
    known: frozenset[str]
    of_sources: frozenset[str]
    """Those whose calls are about one import source."""

    @classmethod
    def of(cls, routes: Iterable[BaseRoute]) -> "RouteNames":
        """Read the names off the routes, so that there are no others."""
        named = [one for one in routes if isinstance(one, Route)]
        return cls(
            known=frozenset(name for one in named for name in _names(one)),
            of_sources=frozenset(
                name
                for one in named
                if "{source}" in one.path or one.name == _BY_TOKEN
                for name in _names(one)
            ),
        )


def _names(route: Route) -> list[str]:
    return [f"{method} {route.name}" for method in (route.methods or set()) - {"HEAD"}]
