"""Bodies of refusals (section 3): four shapes, by who refuses."""

from assetferry.local_assets.openapi.parts import Schema, array, record, ref, text

__all__ = ["SCHEMAS"]

SCHEMAS: dict[str, Schema] = {
    "Unauthorized": record(
        {
            "code": {"const": 401},
            "message": text(enum=["Unauthorized", "Unauthorized; scope does not match"]),
        }
    ),
    "Conflict": record(
        {
            "result": {"const": "error"},
            "errorCode": text(
                enum=["MISSING_MAPPING", "DISABLED", "INVALID_IMPORT_MODULE_KEY", "IN_PROGRESS"]
            ),
        }
    ),
    "MappingProblem": record(
        {
            "code": text(
                enum=[
                    "DUPLICATE_EXTERNAL_ID_ILLEGAL",
                    "EXTERNAL_ID_MISMATCH",
                    "IMMUTABLE_PROPERTY",
                    "INVALID_CARDINALITY",
                    "INVALID_OBJECT_MAPPING_IQL",
                    "INVALID_SCHEMA",
                    "JSON_SCHEMA_VALIDATION",
                    "MAPPING_INVALID_EXTERNAL_ID",
                    "MISSING_EXTERNAL_ID_PART",
                    "REFERENCED_OBJECT_TYPE_CHANGED",
                    "SCHEMA_INVALID_EXTERNAL_ID",
                    "SYSTEM_ATTRIBUTE",
                    "UNKNOWN_EXTERNAL_ID_MAPPING",
                    "UNKNOWN_REFERENCE",
                ]
            ),
            "path": text(description="JSON Pointer into the document as submitted."),
            "message": text(),
        }
    ),
    "InvalidMapping": record(
        {"dataValidationErrors": array(ref("MappingProblem"), minItems=1)},
    ),
    "Error": record(
        {
            "errorMessages": array(text(minLength=1), minItems=1),
            "errors": {"type": "object"},
        }
    ),
    "ErrorOrInvalidMapping": {"anyOf": [ref("InvalidMapping"), ref("Error")]},
    "ErrorOrConflict": {"anyOf": [ref("Conflict"), ref("Error")]},
}
