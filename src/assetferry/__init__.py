"""Bring third-party data into Jira Service Management Assets."""

__version__ = "0.1.0"
