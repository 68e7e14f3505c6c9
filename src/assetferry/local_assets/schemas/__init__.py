"""The two published JSON Schemas of the schema-and-mapping document, byte for byte."""
