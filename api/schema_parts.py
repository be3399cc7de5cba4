"""Pieces that JSON Schemas of records and answers are made of."""

from typing import Any

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
WHOLE: Json = {"type": "integer"}
FLAG: Json = {"type": "boolean"}
TIME: Json = {"type": "string", "format": "date-time"}


def ref(name: str) -> Json:
    """The component `name`."""
    return {"$ref": f"#/components/schemas/{name}"}


def list_of(items: Json, **bounds: int) -> Json:
    """An array of `items`."""
    return {"type": "array", "items": items, **bounds}


def choice(values: tuple[str, ...]) -> Json:
    """One of a few words."""
    return {"type": "string", "enum": list(values)}


def or_null(schema: Json) -> Json:
    """`schema`, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def given(properties: Json) -> Json:
    """`properties` as a caller may give them: null is the same as leaving one out."""
    return {name: or_null(schema) for name, schema in properties.items()}


def object_of(required: tuple[str, ...], properties: Json) -> Json:
    """An object of `properties`, the `required` ones always there."""
    return {"type": "object", "required": list(required), "properties": properties}
