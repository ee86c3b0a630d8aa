"""
[Task]: T-006
[From]: speckit.plan §4.8
[Description]: Examples of what goes in and out, for the OpenAPI document.
"""

from typing import Any, get_args

from pydantic import ConfigDict, JsonValue

ID = "0197f3a0-5c1e-7b2d-9c4f-3d2a1b0c9e8f"
MOMENT = "2026-03-01T09:30:00Z"


def example(**fields: JsonValue) -> ConfigDict:
    """Make the part of a model's configuration that shows what the model looks like."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


def example_of(schema: Any) -> Any:
    """Give the example of a model that has one, or of a list of such.

    Args:
        schema: The model, or `list` of it.
    """
    if members := get_args(schema):
        return [example_of(members[0])]
    return schema.model_config["json_schema_extra"]["examples"][0]
