"""Who owns a table: found from foreign keys to the user table, overridden by configuration."""

from collections.abc import Collection

from specward.code.dataflow.owners.links import Links
from specward.code.dataflow.owners.naming import (
    ACTED,
    CREATED,
    GRANT,
    INVITED,
    TENANT,
    names_account,
    names_author,
    names_content,
    names_deed,
    names_event,
    names_holder,
    names_level,
    names_membership,
    names_no_content,
    names_owner,
    names_staff,
    names_tenant,
    names_whose,
    stem,
)
from specward.code.dataflow.owners.options import Options
from specward.code.dataflow.owners.users import find_user
from specward.code.dataflow.sources.program import Program

__all__ = ["ADMINS", "FREE_ADMINS", "Options", "Schema"]

FREE_ADMINS = "@free"  # stands for the role of administrators, where nothing binds them
ADMINS = "@admins"  # stands for the role of administrators, where they are bound to something


_SEVERAL = 2  # routes: one may be a matter of its own


class Schema(Links):
    """Tables by name and by model, with the way from each to its owner."""

    def __init__(self, program: Program, settings: Options) -> None:
        super().__init__(program)
        self.settings = settings
        self.published = frozenset(settings.shown_tables)  # read by anybody, as a route of the project does
        self.has_policies = any(source.outline["has_policies"] for source in program.sources.values())
        self.has_schemas = any(source.outline["has_schemas"] for source in program.sources.values())
        self.has_criteria = any(source.outline["has_criteria"] for source in program.sources.values())
        self.held_admins = False  # whether administrators are held to the rows of their own organisation
        self.runs_users = False  # whether it is for administrators alone to look through the users
        self.personal: frozenset[str] = frozenset()  # tables whose rows are somebody's own in an organisation
        self.administered: set[tuple[str, str]] = set()  # tables, with the roles that look after them
        parents = {name: self.parents(name) for name in self.tables}
        self.user = self.named(settings.user_table) or find_user(program, self.tables, self.by_model, parents)
        self._settle()

    def _settle(self) -> None:
        """Say who owns what, now that it is known where the users are."""
        self.owners: dict[str, set[str]] = {name: self._owner_columns(name) for name in self.tables}
        self._own_by_role()
        self._own_by_tenant()
        self.grants = self._grants()
        self.memberships = self._memberships()
        self.owned = self._owned()

    def linked(self, table: str) -> frozenset[str]:
        """What a table links users to, where it says nothing else: the approvers of an order."""
        columns = self.tables[table].columns if table in self.tables else {}
        parents = frozenset(self.parents(table).values()) - {self.user}
        return parents if all(map(names_no_content, columns)) else frozenset()

    def only_way(self, table: str, column: str) -> bool:
        """Whether a column is all that says whose a row is: where it is empty, the row is nobody's."""
        ways = [name for name, parent in self.parents(table).items() if parent in self.owned]
        return ways == [column] and not self.owners.get(table)

    def names_somebody(self, table: str, column: str) -> bool:
        """Whether a column says who does something, by what is kept of them: `class_teacher_id`.

        What is kept of a person of the staff stands for the user: it owns what names it in a part of its own
        no more than the user would, unless the project compares the column with the principal.
        """
        target = self.target(table, column)
        if target is None or not names_staff(target) or names_owner(column, target):
            return False
        return any(self.target(target, own) == self.user for own in self.owners[target])

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
        self.owned = self._owned()
        return makes or self.owned != before

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

    def is_of_organisation(self, table: str, column: str) -> bool:
        """Whether a column says of which organisation a row is: one that users refer to, too."""
        target = self.target(table, column)
        return names_tenant(column) or (
            target not in {None, self.user} and target in self.parents(self.user or "").values()
        )

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
    def is_tenanted(self) -> bool:
        """Whether each user belongs to one of several organisations."""
        return self.user is not None and any(map(names_tenant, self.tables[self.user].columns))

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

    def path(self, table: str) -> str:
        """The owner path in words: `messages.conversation_id -> conversations.user_id`."""
        steps: list[str] = []
        seen: set[str] = set()
        while table not in seen and table in self.tables:
            seen.add(table)
            direct = sorted(self.owners[table])
            if direct:
                return " -> ".join([*steps, f"{table}.{direct[0]}"])
            following = next(
                ((column, parent) for column, parent in self.parents(table).items() if parent in self.owned),
                None,
            )
            if following is None:
                break
            steps.append(f"{table}.{following[0]}")
            table = following[1]
        for link, parent in self.memberships.items():
            if parent == table:
                steps.append(f"{table} <- {link}")
        return " -> ".join(steps) or f"{table}.{self.keys(table)[0]}"

    def _owner_columns(self, name: str) -> set[str]:
        if name in self.settings.owner_columns:
            return {self.settings.owner_columns[name]}
        if name == self.user:
            return set()
        found = {column for column, parent in self.parents(name).items() if parent == self.user}
        owners = {column for column in found if names_owner(column, self.user or "")}
        return owners or self._conventional(name) or self._admitted(name, found)

    def _admitted(self, name: str, users: set[str]) -> set[str]:
        """Whom a table of members or of who takes part names, and as whom it may: `enrolment.student_id`."""
        admitted = {column for column in users if not ACTED.search(column)}
        return admitted if len(admitted) == 1 and GRANT.search(name.lower()) else set()

    def _own_by_role(self) -> None:
        """Where no table has an owner of another kind, whom a row names in a part of its own owns it.

        Who reported an issue or pays for a meal may be its owner, or one of many who see it: elsewhere
        that takes a statement or a check that compares the column with the principal.
        """
        if self.user is None or any(self.owners.values()):
            return
        for name in self.tables:
            named = {column for column, parent in self.parents(name).items() if parent == self.user}
            self.owners[name] = {
                column for column in named if CREATED.search(column) or not ACTED.search(column)
            }

    def _own_by_tenant(self) -> None:
        """Rows of the organisation that a user belongs to, where no column names the user."""
        tenants = {
            parent
            for parent in self.parents(self.user or "").values()
            if TENANT.match(stem(parent)) and not self.owners.get(parent)
        }
        for name in self.tables:
            if not self.owners[name] and name != self.user:
                self.owners[name] = {
                    column for column, parent in self.parents(name).items() if parent in tenants
                }

    def _conventional(self, name: str) -> set[str]:
        """A column named after the user table without a foreign key (accounts kept elsewhere)."""
        wanted = {f"{stem(self.user)}_id"} if self.user else {"user_id", "owner_id", "account_id"}
        if self.user and self.tables[self.user].model is not None:
            wanted.add(f"{stem(self.tables[self.user].model.name)}_id")  # type: ignore[union-attr]
        undeclared = {column.name for column in self.tables[name].columns.values() if not column.reference}
        return {column for column in undeclared if column in wanted | {"user_id", "owner_id"}}

    def _owned(self) -> frozenset[str]:
        owned = {name for name, columns in self.owners.items() if columns} | set(self.memberships.values())
        owned -= {*self.settings.shared_tables}
        growing = True
        while growing:
            more = {
                name
                for name in self.tables
                if name not in owned
                and name != self.user
                and name not in self.settings.shared_tables
                and any(
                    parent in owned and not self.names_somebody(name, column)
                    for column, parent in self.parents(name).items()
                )
            }
            growing = bool(more)
            owned |= more
        return frozenset(owned - {self.user})

    def _grants(self) -> dict[str, frozenset[str]]:
        """Link tables that give access: a user key, another key, and a role or a telling name."""
        found = {}
        for name, table in self.tables.items():
            others = frozenset(parent for parent in self.parents(name).values() if parent != self.user)
            telling = (
                GRANT.search(name.lower())
                or any(map(names_level, table.columns))
                or any(names_membership(name, self.user or "", parent) for parent in others)
                or any(self._lists_members(parent, name) for parent in others)
            )
            invited = INVITED.search(name.lower()) and self.user in self.parents(name).values()
            if name != self.user and others and (invited or (self.owners[name] and telling)):
                found[name] = others
        return found

    def _lists_members(self, parent: str, name: str) -> bool:
        """Whether a table calls the rows of another its members: `project.team_members`."""
        relations = self.tables[parent].relations.items()
        return any(GRANT.search(attribute) and self.named(target) == name for attribute, target in relations)

    def _memberships(self) -> dict[str, str]:
        """Grants on tables that have no owner of their own: their members own them."""
        found = {}
        for name, parents in self.grants.items():
            unowned = [parent for parent in sorted(parents) if not self.owners.get(parent)]
            if len(parents) == 1 and unowned:
                found[name] = unowned[0]
        return found
