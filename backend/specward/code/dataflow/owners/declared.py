"""Who owns a table by what is declared alone: foreign keys to the user table, names, configuration."""

from specward.code.dataflow.owners.links import Links
from specward.code.dataflow.owners.naming import (
    ACTED,
    CREATED,
    GRANT,
    INVITED,
    TENANT,
    names_level,
    names_membership,
    names_no_content,
    names_owner,
    names_staff,
    names_tenant,
    stem,
)
from specward.code.dataflow.owners.options import Options
from specward.code.dataflow.owners.users import find_user
from specward.code.dataflow.sources.program import Program


class Declared(Links):
    """Tables by name and by model, with the way from each to its owner."""

    def __init__(self, program: Program, settings: Options) -> None:
        super().__init__(program)
        self.settings = settings
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

    @property
    def is_tenanted(self) -> bool:
        """Whether each user belongs to one of several organisations."""
        return self.user is not None and any(map(names_tenant, self.tables[self.user].columns))

    def is_of_organisation(self, table: str, column: str) -> bool:
        """Whether a column says of which organisation a row is: one that users refer to, too."""
        target = self.target(table, column)
        return names_tenant(column) or (
            target not in {None, self.user} and target in self.parents(self.user or "").values()
        )

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
