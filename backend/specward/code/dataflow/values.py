"""What the interpreter knows of a value: where it comes from, which rows it was read from, what it proves."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from specward.code.dataflow.record import record

if TYPE_CHECKING:
    import ast

    from specward.code.dataflow.result import Site


class Origin(IntEnum):
    """Who chose a datum, from the most to the least trusted."""

    CONSTANT = 0
    IDENTITY = 1  # derived from a verified credential: the principal, or something it carries
    CALLER = 2  # a parameter of a function analysed without its callers: their obligation
    UNKNOWN = 3  # produced by code outside the project, without client input
    CREDENTIAL = 4  # as presented by the client, not verified yet
    CLIENT = 5  # path, query, body


class Facts(NamedTuple):
    """What is known to hold on a path; `possible` is false on a path that cannot be taken.

    Of each of the `ways` one side holds besides: the caller is the user who is asked for, or else may do it.
    """

    atoms: frozenset[Fact] = frozenset()
    possible: bool = True
    ways: frozenset[tuple[frozenset[Fact], frozenset[Fact]]] = frozenset()


NOTHING = Facts()


@record
class Const:
    """A literal; `facts` held where a function returned this one and not another."""

    value: str | bytes | float | complex | bool | None
    facts: Facts = NOTHING


@record
class Scalar:
    """A datum. `symbol` names one particular input; `rows` are the rows it was read from."""

    origin: Origin
    symbol: str = ""
    rows: frozenset[Row] = frozenset()
    present: bool = False  # known to be there, on the path that gave it


@record
class Row:
    """One or many rows of a table. `code` is the finding that its use would be ("" if none)."""

    table: str
    id: int
    code: str
    proof: bool  # bound to the principal by the statement that fetched it
    many: bool
    keys: tuple[tuple[str, Value], ...]  # columns the statement compared, with what
    site: Site
    fresh: bool = False  # made here, not fetched
    child: Row | None = None  # the row whose parent this is, where a relationship led here
    column: str = ""  # the only column that was read
    shown: bool = False  # fetched as one's own or everybody's to see, and so not to be changed
    unchosen: bool = False  # the one of all that an order brings up, whatever the client asks
    granted: tuple[tuple[str, Row], ...] = ()  # columns that are there where another row would be: one's own

    def __hash__(self) -> int:
        return hash((self.id, self.column))  # not all that led to it, and to that


@record
class Field:
    """A column's value in a row."""

    row: Row
    column: str


@record
class Model:
    """A mapped class or a Core table."""

    table: str


@record
class Unlimited:
    """None, on paths that only an administrator takes: `None if user.is_admin else user.id`."""

    reason: str = "administrator"


@record
class Column:
    """A column as SQL expression."""

    table: str
    name: str


@record
class Relation:
    """A relationship attribute of a mapped class."""

    table: str
    name: str
    target: str


@record
class Bind:
    """Column compared for equality (or membership) with a value."""

    table: str
    column: str
    value: Value


@record
class Link:
    """Column equal to a column of another table."""

    left: Column
    right: Column


@record
class Within:
    """Column in a sub-query."""

    table: str
    column: str
    query: Query


@record
class Exists:
    """A correlated sub-query, or `.has()` / `.any()` on a relationship of `table`."""

    table: str
    query: Query


@record
class Both:
    """Conjunction."""

    parts: tuple[Predicate, ...]


@record
class Any:
    """Disjunction."""

    parts: tuple[Predicate, ...]


@record
class Other:
    """Any other condition; `fixed` if it compares columns with constants only."""

    tables: frozenset[str]
    fixed: bool = False
    open: bool = False  # asks whether a row is everybody's to see: `is_public`
    empty: str = ""  # the column that it asks to be empty


@record
class Expression:
    """A SQL expression over columns: a function, an aggregate, a label, a column of a sub-query."""

    tables: frozenset[str]
    predicates: tuple[Predicate, ...] = ()


@record
class Query:
    """A statement under construction."""

    verb: str  # select, update, delete, insert
    entities: tuple[str, ...]
    predicates: tuple[Predicate, ...]
    joined: frozenset[str]
    site: Site
    lost: tuple[Predicate, ...] = ()  # conditions that were added on some paths only
    waived: bool = False  # built where the principal is an administrator, or through a scoping session
    legacy: bool = False  # session.query(): runs itself
    values: tuple[tuple[str, Value], ...] = ()  # what an insert or update writes
    column: str = ""  # the only column selected
    text: bool = False  # read from SQL text


@record
class Text:
    """SQL as text; `parts` are the values formatted into it."""

    sql: str
    parts: tuple[Value, ...]
    site: Site
    bound: tuple[tuple[str, Value], ...] = ()


@record
class Condition:
    """A truth value, with what holds if it is true and if it is false."""

    true: Facts
    false: Facts


@record
class Sequence:
    """A list, tuple or set: the elements on every path, and others that may be there."""

    items: tuple[Value, ...]
    rest: tuple[Value, ...] = ()
    empty: Facts = NOTHING  # what holds if it has none
    filled: Facts = NOTHING  # what holds if it has any


@record
class Mapping:
    """A dict with known keys; `rest` is what else may be in it."""

    entries: tuple[tuple[str, Value], ...]
    rest: tuple[Value, ...] = ()


@record
class Common:
    """What two sets have in common."""

    left: Value
    right: Value


@record
class Rest:
    """What is in one set and not in another."""

    whole: Value
    taken: Value


@record
class Body:
    """A request body parsed into a class."""

    cls: Definition
    symbol: str
    origin: Origin = Origin.CLIENT
    given: tuple[tuple[str, Value], ...] = ()  # fields that the project has set since


class Definition(NamedTuple):
    """A class or function of the project by module path and qualified name."""

    module: str
    name: str


@record
class Class:
    """A class of the project, with the models given to its generic base."""

    definition: Definition
    models: tuple[Value, ...] = ()


@record
class Function:
    """A function of the project, bound to its receiver if it is a method."""

    module: str
    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    owner: Definition | None = None
    receiver: Value | None = None
    closure: Scope | None = None

    def __hash__(self) -> int:
        return hash((self.module, self.node.lineno, self.node.col_offset))


class Scope:
    """Variables captured by a nested function."""

    __slots__ = ("names",)

    def __init__(self, names: dict[str, Value]) -> None:
        self.names = names


class Instance:
    """An object of a project class; its attributes are shared by all who hold it."""

    __slots__ = ("attributes", "cls", "scoped")

    def __init__(self, cls: Class, *, scoped: bool = False) -> None:
        self.cls = cls
        self.scoped = scoped
        self.attributes: dict[str, Value] = {}


@record
class Module:
    """A module of the project."""

    path: str


@record
class External:
    """Something imported from outside the project, or a builtin, by dotted name."""

    name: str
    receiver: Value | None = None


@record
class Method:
    """An attribute of a value that the project does not define: called or read later."""

    receiver: Value
    name: str


@record
class Either:
    """One of several."""

    options: tuple[Value, ...]
    found: Facts = NOTHING  # what held where a function returned another one than None


Predicate: TypeAlias = Bind | Link | Within | Exists | Both | Any | Other
Fact: TypeAlias = tuple[str | int, ...]
_Known: TypeAlias = (
    Const
    | Unlimited
    | Scalar
    | Row
    | Field
    | Text
    | Condition
    | Sequence
    | Mapping
    | Common
    | Rest
    | Body
    | Either
)
_Statement: TypeAlias = Model | Column | Relation | Predicate | Expression | Query
_Named: TypeAlias = Class | Function | Instance | Module | External | Method
Value: TypeAlias = _Known | _Statement | _Named


ADMIN: Fact = ("admin",)
OFFICE: Fact = ("office",)  # the principal has a role that nobody has who comes for themselves
PLAIN: Fact = ("plain",)  # whether the principal administers was asked, and they do not
NOBODY: Fact = ("nobody",)  # the owner that a row should name, and that is asked for here, is not there
REFERRED = "referred"  # a fact: a key that a row of one's own refers to
AWAITED = "awaited"  # a fact: a key that is proved once another row is the principal's
ALIKE = "alike"  # a fact: two inputs are equal, so what is proved of one holds for the other
ROLE = "role"  # a fact: the roles by name, and whether the principal has one of them
LENGTH = "len()"  # a method that no object has: how many there are of something
PERMISSION = "permission/"  # a fact: what a dependency asked that the principal may do; begins its office
SCOPED: Fact = ("scoped",)  # the database keeps the statements of this transaction to the principal's rows
NAMED = "@named"  # stands for a column: the one of another row that names this user
MEMBERS = "@members"  # stands for a column: the users that a relationship of a row lists
ANY_TABLE = "*"  # in a fact: a key that was checked, whatever table it leads to
IMPOSSIBLE = Facts(possible=False)
UNKNOWN = Scalar(Origin.UNKNOWN)
IDENTITY = Scalar(Origin.IDENTITY)
FOUND_CALLER = Scalar(Origin.IDENTITY, present=True)
CALLERS = (IDENTITY, FOUND_CALLER)
NONE = Const(None)
NEVER = Any(())  # a condition that no row meets
PREDICATES = (Bind, Link, Within, Exists, Both, Any, Other)
