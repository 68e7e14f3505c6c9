"""Judge an ``objectMappingIQL`` when it is submitted, long before there is data (12.6)."""

from assetferry.local_assets import aql

__all__ = ["problem"]


def problem(iql: str, locators: frozenset[str]) -> str | None:
    """Say what is wrong with it; None if it parses and its placeholders are locators."""
    try:
        template = aql.placeholders(iql)
        template.check()
    except aql.AqlError as error:
        return str(error)
    for locator in sorted(template.locators - locators):
        return f"${{{locator}}} is no locator of this object type's mapping"
    return None
