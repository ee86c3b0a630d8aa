"""What a project may say of its ownership."""

from collections.abc import Mapping
from typing import NamedTuple


class Options(NamedTuple):
    """`[tool.specward.isolation]`: what the project says where its source does not."""

    user_table: str = ""
    owner_columns: Mapping[str, str] = {}  # table -> column
    shared_tables: tuple[str, ...] = ()  # tables anybody may read and write
    shown_tables: tuple[str, ...] = ()  # tables anybody may read, and whose owner alone may write
    permitted_tables: tuple[str, ...] = ()  # tables whose rows all may work on who have a permission
    scoped_sessions: tuple[str, ...] = ()  # dotted names of session classes that add the owner themselves
    scoped_builders: tuple[str, ...] = ()  # dotted names of functions that add the owner to a statement
    checks: tuple[str, ...] = ()  # dotted names of functions that keep to the caller what they are given
    principals: tuple[str, ...] = ()  # dotted names of dependencies that return the principal
    system_scope: tuple[str, ...] = ()  # dotted names of functions that act for the system
    privileged: tuple[str, ...] = ()  # attributes or functions that mark an administrator
