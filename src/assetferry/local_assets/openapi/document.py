"""The whole document, put together from its topics."""

import copy

from assetferry import __version__
from assetferry.local_assets.openapi import (
    executions,
    mappings,
    objects,
    refusals,
    schedules,
    sources,
    types,
)
from assetferry.local_assets.openapi.chosen import follow
from assetferry.local_assets.openapi.parts import Schema, text
from assetferry.local_assets.settings import Settings

__all__ = ["document"]

_UUID = text(format="uuid")
_NUMBER = text(pattern="^[0-9]{1,18}$")

_PARAMETERS: dict[str, tuple[Schema, str]] = {
    "workspaceId": (_UUID, "The workspace; one to a site."),
    "importSourceId": (_UUID, "The import source."),
    "executionId": (_UUID, "The last but one part of an execution's submitResults link."),
    "importScheduleId": (_UUID, "The schedule."),
    "resourceId": (_UUID, "From the Location of a submission with async=true."),
    "objectId": (_NUMBER, "The object."),
    "objectSchemaId": (_NUMBER, "The object schema."),
    "objectTypeId": (_NUMBER, "The object type."),
}


def document(settings: Settings | None = None) -> Schema:
    """Give the document of a server with these settings, as JSON would have it."""
    made = copy.deepcopy(_default())
    follow(made, settings or Settings())
    return made


def _default() -> Schema:
    topics = (sources, mappings, executions, schedules, objects, types)
    paths: Schema = {}
    schemas: Schema = dict(refusals.SCHEMAS)
    for topic in topics:
        paths |= topic.PATHS
        schemas |= topic.SCHEMAS
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Assets, as imports see it",
            "version": __version__,
            "description": "The Imports REST API of Jira Service Management Assets and the part "
            "of its read API that shows what was imported. x-known says of each operation "
            "whether it is documented by Atlassian, observed in clients that work, or chosen "
            "here.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {"url": "/jsm/assets", "description": "With a container token, or Basic."},
            {
                "url": "/ex/jira/{cloudId}/jsm/assets",
                "description": "With OAuth 2.0.",
                "variables": {"cloudId": {"default": "local"}},
            },
            {"url": "/jsm/insight", "description": "The name it had before."},
        ],
        "paths": paths,
        "components": {
            "parameters": {
                name: {
                    "name": name,
                    "in": "path",
                    "required": True,
                    "description": description,
                    "schema": schema,
                }
                for name, (schema, description) in _PARAMETERS.items()
            },
            "schemas": schemas,
            "securitySchemes": {
                "containerToken": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of one import source; it reaches nothing else.",
                },
                "basic": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "A user's email and API token.",
                },
                "oauth": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An access token of a user or an app; what is listed beside it "
                    "are the scopes that it needs.",
                },
            },
        },
    }
