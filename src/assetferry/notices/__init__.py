"""Tells others that an import needs a person."""
