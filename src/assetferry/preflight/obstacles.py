"""What PATCH cannot do, and the ways around it (pure)."""

from assetferry.preflight.comparison import Impossible

__all__ = ["obstacle", "way_around"]


def obstacle(one: Impossible) -> str:
    """Say why Assets would refuse this."""
    match one.code:
        case "renamed":
            return f'renamed: Assets knows this external id as "{one.has}", and PATCH cannot rename'
        case "retyped":
            return f"retyped: it is {one.has} in Assets, and PATCH cannot change a type"
        case "repointed":
            return f'it refers to "{one.has}" in Assets, and PATCH cannot re-point a reference'
        case "other_external_id":
            return f'it exists in Assets with another external id: "{one.has}"'
        case _:
            return f'its external id "{one.has}" belongs to something else in Assets'


def way_around(one: Impossible, *, pinned: bool) -> str:
    """Say what to do; ``pinned`` where the ledger remembers another external id."""
    what = "object type" if one.entity[1] is None else "attribute"
    name = one.entity[1] or one.entity[0]
    match one.code:
        case "renamed":
            return (
                f'Write "{one.has}" here again; or rename the {what} to "{name}" in Jira first '
                f"(object schema, {what}s), then push."
            )
        case "retyped":
            kind = "reference" if one.has == "referenced_object" else one.has
            return (
                f'Write type = "{kind}" again; or give it another name here, which makes a new '
                "attribute beside the old one; or delete the old one in Jira, with its values."
            )
        case "repointed":
            return (
                f'Write to = "{one.has}" again; or give it another name here, which makes a new '
                "attribute beside the old one."
            )
        case "other_external_id" if pinned:
            return (
                "This ledger remembers another one from a push to another place. Use a ledger of "
                f'its own for this Assets (ASSETFERRY_DATA_DIR) and external_id = "{one.has}" here.'
            )
        case "other_external_id":
            return f'Write external_id = "{one.has}" here to take it over, or choose another name.'
        case _:
            return "Give it another external_id here: they are unique across the workspace."
