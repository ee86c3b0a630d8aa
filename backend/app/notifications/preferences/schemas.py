"""
[Task]: T-006, T-083
[From]: speckit.specify §4.6, speckit.plan §4.8
[Description]: What goes in and out about preferences.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.core.examples import example, example_of
from app.core.notice import Kind

Channel = Literal["live", "email"]


class Preference(BaseModel):
    """Whether one kind is delivered by one channel."""

    model_config = example(kind="product", channel="email", enabled=True)

    kind: Kind
    channel: Channel
    enabled: bool


class Preferences(BaseModel):
    """Every kind and channel."""

    model_config = example(items=[example_of(Preference)])

    items: list[Preference]


class PreferenceChange(BaseModel):
    """Switch a delivery on or off."""

    model_config = ConfigDict(extra="forbid", strict=True, **example(enabled=False))

    enabled: bool
