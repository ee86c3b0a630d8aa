"""`[tool.specward.isolation]`: what a project says of its ownership where its source does not."""

from collections.abc import Mapping

from specward.code.dataflow.owners.options import Options
from specward.errors import CouldNotRunError
from specward.nearest import nearest


def read_options(table: Mapping[str, object]) -> Options:
    """Read the settings from `[tool.specward]`.

    Raises:
        CouldNotRunError: a setting is unknown or has a value that cannot be used.
    """
    settings = table.get("isolation", {})
    if not isinstance(settings, dict):
        raise CouldNotRunError("tool.specward.isolation must be a table.")
    options = Options()
    for key, value in settings.items():
        options = options._replace(**{key: _value(key, value)})  # type: ignore[arg-type]  # checked by key
    return options


def _value(key: str, value: object) -> str | dict[str, str] | tuple[str, ...]:
    where = f"tool.specward.isolation.{key}"
    if key not in Options._fields:
        near = nearest(key, Options._fields, most=1)
        advice = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(Options._fields)}."
        raise CouldNotRunError(f"{where} is no setting of Specward. {advice}")
    if key == "user_table":
        if not isinstance(value, str):
            raise CouldNotRunError(f'{where} must be the name of a table, such as "users".')
        return value
    if key == "owner_columns":
        return _columns(value, where)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise CouldNotRunError(f'{where} must be a list of names, such as ["app.core.database.Session"].')
    return tuple(value)


def _columns(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise CouldNotRunError(
            f'{where} must name one column for each table, such as {{ notes = "author_id" }}.'
        )
    return dict(value)
