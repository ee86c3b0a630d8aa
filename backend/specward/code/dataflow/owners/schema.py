"""Who owns a table: what is declared of it, and what the statements of the project say besides."""

from collections.abc import Collection

from specward.code.dataflow.owners.declared import Declared
from specward.code.dataflow.owners.naming import (
    CREATED,
    TENANT,
    names_account,
    names_author,
    names_content,
    names_deed,
    names_event,
    names_holder,
    names_tenant,
    names_whose,
    stem,
)
from specward.code.dataflow.owners.options import Options
from specward.code.dataflow.sources.program import Program

__all__ = ["ADMINS", "FREE_ADMINS", "Options", "Schema"]

FREE_ADMINS = "@free"  # stands for the role of administrators, where nothing binds them
ADMINS = "@admins"  # stands for the role of administrators, where they are bound to something


_SEVERAL = 2  # routes: one may be a matter of its own


class Schema(Declared):
    """Tables and their owners, as far as they are known by now."""

    def __init__(self, program: Program, settings: Options) -> None:
        super().__init__(program, settings)
        self.published = frozenset(settings.shown_tables)  # read by anybody, as a route of the project does
        self.has_policies = any(source.outline["has_policies"] for source in program.sources.values())
        self.has_schemas = any(source.outline["has_schemas"] for source in program.sources.values())
        self.has_criteria = any(source.outline["has_criteria"] for source in program.sources.values())
        self.held_admins = False  # whether administrators are held to the rows of their own organisation
        self.runs_users = False  # whether it is for administrators alone to look through the users
        self.personal: frozenset[str] = frozenset()  # tables whose rows are somebody's own in an organisation
        self.administered: set[tuple[str, str]] = set()  # tables, with the roles that look after them

    def learn(self, table: str, column: str) -> bool:
        """Note that the project binds this column to the principal. True if that changes who owns what."""
        if self.user is None and self._signs_in(table, column):
            self.user = table
            self._settle()
            return True
        makes = self._is_made_by(table, column)
        if (
            table == self.user
            or (table in self.owned and not makes)
            or table not in self.tables
            or table in self.settings.shared_tables
        ):
            return False
        if column not in self.tables[table].columns or column in self.keys(table):
            return False
        target = self.target(table, column)
        if target is None and not names_holder(column):
            return False  # a name, a code, a date that happens to come from the principal
        alike = [
            (name, other)
            for name in self.tables
            if name != self.user
            for other, parent in self.parents(name).items()
            if target not in {None, self.user} and parent == target and not self.names_somebody(table, column)
        ] or [(table, column)]
        for name, other in alike:
            self.owners[name].add(other)
        before = self.owned
        self._admit(table)
        self.owned = self._owned()
        return makes or self.owned != before

    def _admit(self, table: str) -> None:
        """Note that what is shared belongs to its members, once their table is known to name them."""
        self.grants = self._grants()
        parent = self._memberships().get(table)
        if parent is not None and parent not in self.owned:
            self.memberships[table] = parent

    def _is_made_by(self, table: str, column: str) -> bool:
        """Whether members share a table, and the project compares who made a row of it, which it is news."""
        shared = table in self.memberships.values() and not self.owners[table]
        return shared and self.target(table, column) == self.user and bool(CREATED.search(column))

    def sign_in(self, table: str) -> bool:
        """Note the table whose rows credentials name on most routes. True if another was taken for it."""
        named = any(table in self.parents(other).values() for other in self.tables if other != table)
        taken = table == self.user or table not in self.tables or bool(self.settings.user_table)
        if taken or not named or TENANT.match(stem(table)):
            return False
        self.user = table
        self._settle()
        return True

    def hold_admins(self, held: Collection[tuple[str, str]]) -> bool:
        """Note whether administrators are bound to the rows of their organisation. True if that is news."""
        before = self.held_admins
        self.held_admins = before or any(role == ADMINS for _, role in held)
        return self.held_admins != before

    def run_users(self, routes: int) -> bool:
        """Note on how many routes administrators alone reach users. True if that is news."""
        before = self.runs_users
        self.runs_users = before or routes >= _SEVERAL
        return self.runs_users != before

    def keep_to_persons(self, pairs: Collection[tuple[str, str]]) -> bool:
        """Note columns that name whose own a row of an organisation is. True if that is news."""
        self.personal |= {table for table, _ in pairs}
        for table in self.personal:
            of_all = {column for column in self.owners[table] if self.is_of_organisation(table, column)}
            self.owners[table] = (self.owners[table] - of_all) | {name for of, name in pairs if of == table}
        return bool(pairs)

    def spares(self, table: str, column: str) -> bool:
        """Whether a column only says of which organisation a row is that is somebody's own there."""
        return table in self.personal and self.is_of_organisation(table, column)

    def _signs_in(self, table: str, column: str) -> bool:
        """Whether a token names a row of the table, which nobody knew for that of the users: `analysts`."""
        named = any(table in self.parents(other).values() for other in self.tables if other != table)
        kept = any(self.owners.values()) and TENANT.match(stem(table))  # who else is named owns it
        return named and self.keys(table) == (column,) and not kept

    def begins_with(self, table: str, column: str) -> bool:
        """Whether a row is whose it is from the start by this column, where the principal is put into it.

        Who made a row may share it with everybody, and so may who acted on it or reported it: elsewhere that
        takes a statement or a check that compares the column.
        """
        if names_deed(column) or names_event(table):
            return False
        target = self.target(table, column)
        if target is not None:
            return target == self.user
        return names_whose(column, self.user or "") or (self.is_tenanted and names_tenant(column))

    def is_filed_under(self, table: str, column: str) -> bool:
        """Whether a column may say whose a row is, where a user's key is looked for in it: `created_by`.

        It refers to nothing, since accounts are kept elsewhere. What sites show to everybody is looked for
        by its author, too, and so is what somebody did.
        """
        fact = self.tables[table].columns.get(column) if table in self.tables else None
        if fact is None or self.target(table, column) is not None:
            return False
        told = names_author(column) or names_whose(column, self.user or "")
        return told and not names_account(column) and not names_content(table) and not names_event(table)

    def publish(self, tables: Collection[str]) -> bool:
        """Note tables that the project shows to anybody. True if that is news."""
        before = self.published
        named = {table for table in self.tables if names_content(table)}
        below = {table for table in named if {*tables} & {*self.parents(table).values()}}
        self.published |= {*tables} | below
        return self.published != before

    @property
    def state(self) -> str:
        """Everything it says, as a text: whoever judged by it judges the same while it stays the same."""
        tables = [table._replace(line=0) for table in self.tables.values()]
        owners = [(name, sorted(columns)) for name, columns in self.owners.items()]
        grants = [(name, sorted(parents)) for name, parents in self.grants.items()]
        known = (self.user, sorted(self.owned), sorted(self.published), self.memberships)
        roles = (self.held_admins, self.runs_users, sorted(self.administered), sorted(self.personal))
        learnt = (self.has_policies, self.has_schemas, self.has_criteria, *roles)
        return repr((tables, self.by_model, self._by_stem, owners, grants, known, learnt, self.settings))
