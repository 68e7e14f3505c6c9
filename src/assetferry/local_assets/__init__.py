"""A local server that speaks the JSM Assets Imports API, for trying things out and for tests.

It shares no model with ``assetferry.assets``: one misreading of the contract must not pass on
both sides. Prose references such as "12.3" are sections of the wire contract.
"""
