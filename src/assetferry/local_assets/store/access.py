"""What a caller may do: scopes of OAuth tokens, permissions of users (section 2)."""

from typing import Literal, TypeAlias, get_args

__all__ = ["PERMISSIONS", "SCOPES", "Permission", "Scope"]

Scope: TypeAlias = Literal[
    "import:import-configuration:cmdb",
    "read:cmdb-object:jira",
    "write:cmdb-object:jira",
    "delete:cmdb-object:jira",
    "read:cmdb-schema:jira",
    "read:cmdb-type:jira",
    "read:cmdb-attribute:jira",
    "read:cmdb-config:jira",
]
"""Names as Atlassian documents them; each guards a part of the API."""

Permission: TypeAlias = Literal["imports", "objects"]
"""What may be taken from a user: ``imports``, to see import sources and create schedules;
``objects``, to count objects. Only these calls are documented to answer 403."""

SCOPES: tuple[Scope, ...] = get_args(Scope)
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)
