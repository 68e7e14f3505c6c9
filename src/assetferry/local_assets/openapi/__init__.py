"""The API as an OpenAPI document: written from the contract, not generated from the server.

A document made from the code under test would agree with it whatever it does; this one can
disagree, and a test looks for where. Each topic is a module with its ``PATHS`` and ``SCHEMAS``.
"""

from assetferry.local_assets.openapi.document import document

__all__ = ["document"]
