"""Tables as the models declare them: SQLModel, declarative (1.x and 2.x) and Core `Table`."""

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from specward.code.dataflow.owners.references import (
    _alias_flag,
    _assigned,
    _flag,
    _is_true,
    _last_subscript,
    _reference,
    _reference_in,
    _relation_target,
    _target_text,
)
from specward.code.dataflow.sources.dotted import dotted_name, last_name
from specward.code.dataflow.sources.program import Program
from specward.code.dataflow.values import Definition


class ColumnFact(NamedTuple):
    """One column."""

    name: str
    reference: str  # "table.column" of the foreign key, "" if none
    primary: bool
    unique: bool = False


class Table(NamedTuple):
    """One table. The key it is known by is its name in the database."""

    name: str
    model: Definition | None
    columns: dict[str, ColumnFact]
    relations: dict[str, str]  # attribute -> name of the target class
    module: str
    line: int = 1
    through: frozenset[str] = frozenset()  # relations that another table makes: `secondary=members`

    @property
    def keys(self) -> tuple[str, ...]:
        """The primary key's columns."""
        return tuple(column.name for column in self.columns.values() if column.primary) or ("id",)


_COLUMN_CALLS = frozenset({"Column", "mapped_column", "Field", "column_property", "sa_column"})
_RELATION_CALLS = frozenset({"relationship", "Relationship", "dynamic_loader"})


def read_tables(program: Program) -> list[Table]:
    """Every table of the program."""
    tables = []
    for source in program.sources.values():
        if not source.outline["has_tables"]:
            continue
        for name in source.classes:
            table = _from_class(program, Definition(source.path, name))
            if table is not None:
                tables.append(table)
        for name, value in source.assigns.items():
            core = _from_core(source.path, name, value)
            if core is not None:
                tables.append(core)
    tables = [*_mapped(program, tables), *tables]
    modelled = {table.name for table in tables}
    return [*tables, *(table for table in _from_text(program) if table.name not in modelled)]


def _mapped(program: Program, tables: list[Table]) -> Iterator[Table]:
    """Tables once more, as the classes that are mapped to them elsewhere."""
    known = {table.model: table for table in tables}
    for source in program.sources.values():
        for model, name in source.outline["mapped"]:
            of, to = program.find(source.path, model), program.find(source.path, name)
            table = known.get(Definition(to.module, to.name)) if to is not None else None
            if of is not None and of.is_class and table is not None:
                yield table._replace(model=Definition(of.module, of.name))


def _from_text(program: Program) -> list[Table]:
    """Tables that no model declares and SQL text creates."""
    return [
        Table(
            item.name,
            None,
            {name: ColumnFact(name, target, name in item.keys) for name, target in item.columns.items()},
            {},
            source.path,
            item.line,
        )
        for source in program.sources.values()
        for item in source.ddl
    ]


def _from_class(program: Program, definition: Definition) -> Table | None:
    ancestry = program.ancestry(definition)
    own = program.class_of(definition)
    if not _is_mapped(program, own, ancestry):
        return None
    columns: dict[str, ColumnFact] = {}
    relations: dict[str, str] = {}
    for ancestor in reversed(ancestry):
        _read_members(program, ancestor, columns, relations)
    name = _table_name(program, ancestry) or snake(definition.name)
    _constraint_keys(own, columns)
    through = frozenset(name for ancestor in ancestry for name in _through(program.class_of(ancestor)))
    return Table(name, definition, columns, relations, definition.module, own.lineno, through)


def _through(node: ast.ClassDef) -> Iterator[str]:
    """The relations of a class that lead through a table of links."""
    for member in node.body:
        match member:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(keywords=keywords))
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(keywords=keywords))
            ) if any(item.arg in {"secondary", "link_model"} for item in keywords):
                yield name
            case _:
                pass


def _is_mapped(program: Program, own: ast.ClassDef, ancestry: list[Definition]) -> bool:
    if any(item.arg == "table" and _is_true(item.value) for item in own.keywords):
        return True
    if _assigned(own, "__table__") is not None:
        return True
    if _is_true(_assigned(own, "__abstract__")):
        return False
    inherited = any(_assigned(program.class_of(item), "__tablename__") is not None for item in ancestry[1:])
    if _assigned(own, "__tablename__") is None and not _has_columns(own):
        return False
    outside = program.outside_bases(ancestry[0])
    return (
        _assigned(own, "__tablename__") is not None
        or inherited
        or bool(outside & {"DeclarativeBase", "Base", "Model", "declarative_base", "MappedAsDataclass"})
        or _declarative(program, ancestry)
    )


def _declarative(program: Program, ancestry: list[Definition]) -> bool:
    """Whether a base is what `declarative_base()` returned, or has a computed table name."""
    for item in ancestry:
        if "__tablename__" in {
            name.rpartition(".")[2]
            for name in program.source(item.module).functions
            if name.startswith(f"{item.name}.")
        }:
            return True
        for base in program.class_of(item).bases:
            found = program.find(item.module, dotted_name(base))
            if found and isinstance(found.node, ast.Call) and "declarative" in dotted_name(found.node.func):
                return True
    return False


def _has_columns(node: ast.ClassDef) -> bool:
    return any(
        isinstance(member, ast.Assign | ast.AnnAssign)
        and isinstance(member.value, ast.Call)
        and last_name(member.value.func) in {"Column", "mapped_column"}
        for member in node.body
    )


def _table_name(program: Program, ancestry: list[Definition]) -> str:
    for item in ancestry:
        node = program.class_of(item)
        value = _assigned(node, "__tablename__")
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            return value.value
    own = program.class_of(ancestry[0])
    if any(item.arg == "table" for item in own.keywords):
        return own.name.lower()  # SQLModel's default
    return ""


def _read_members(
    program: Program, owner: Definition, columns: dict[str, ColumnFact], relations: dict[str, str]
) -> None:
    for member in program.class_of(owner).body:
        match member:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                _read_member(program, owner, name, annotation, value, columns, relations)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                _read_member(program, owner, name, None, value, columns, relations)
            case ast.FunctionDef(name=name, decorator_list=decorators) if any(
                last_name(item) == "declared_attr" for item in decorators
            ):
                returned = [item.value for item in ast.walk(member) if isinstance(item, ast.Return)]
                if returned and returned[0] is not None:
                    _read_member(program, owner, name, None, returned[0], columns, relations)
            case _:
                pass


def _read_member(
    program: Program,
    owner: Definition,
    name: str,
    annotation: ast.expr | None,
    value: ast.expr | None,
    columns: dict[str, ColumnFact],
    relations: dict[str, str],
) -> None:
    if name.startswith("__"):
        return
    call = last_name(value.func) if isinstance(value, ast.Call) else ""
    if call in _RELATION_CALLS or _last_subscript(annotation) in {
        "Relationship",
        "DynamicMapped",
        "WriteOnlyMapped",
    }:
        target = _relation_target(annotation, value)
        if target:
            relations[name] = target
        return
    if annotation is None and call not in _COLUMN_CALLS:
        return
    if _last_subscript(annotation) == "ClassVar":
        return
    columns[name] = ColumnFact(
        name,
        _reference(program, owner, annotation, value),
        _flag(value, "primary_key") or _alias_flag(program, owner, annotation),
        _flag(value, "unique"),
    )


def _constraint_keys(node: ast.ClassDef, columns: dict[str, ColumnFact]) -> None:
    """Foreign keys declared in `__table_args__`: the pairs of each composite key, by position."""
    arguments = _assigned(node, "__table_args__")
    for call in ast.walk(arguments) if arguments is not None else ():
        if (
            isinstance(call, ast.Call)
            and last_name(call.func) == "ForeignKeyConstraint"
            and len(call.args) > 1
        ):
            here, there = call.args[0], call.args[1]
            if isinstance(here, ast.List | ast.Tuple) and isinstance(there, ast.List | ast.Tuple):
                for name, target in zip(here.elts, there.elts, strict=False):
                    column = columns.get(dotted_name(name))
                    if column is not None and not column.reference:
                        columns[column.name] = column._replace(reference=_target_text(target))


def _from_core(path: str, variable: str, value: ast.expr) -> Table | None:
    """`items = Table("items", metadata, Column("owner_id", ForeignKey("users.id")))`."""
    if not (isinstance(value, ast.Call) and last_name(value.func) == "Table" and value.args):
        return None
    first = value.args[0]
    if not (isinstance(first, ast.Constant) and isinstance(first.value, str)):
        return None
    columns = {}
    for item in value.args[1:]:
        if isinstance(item, ast.Call) and last_name(item.func) == "Column" and item.args:
            name = dotted_name(item.args[0])
            columns[name] = ColumnFact(name, _reference_in(item), _flag(item, "primary_key"))
    return Table(first.value, Definition(path, variable), columns, {}, path, value.lineno)


def snake(name: str) -> str:
    """`OrderLine` as `order_line`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
