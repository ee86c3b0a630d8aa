"""What follows on a path from a row that is there, or that is one's own."""

from specward.code.dataflow import values as v
from specward.code.dataflow.lattice import origin, present, rows
from specward.code.dataflow.owners.naming import names_secret
from specward.code.dataflow.owners.ownership import Ownership, symbol_of
from specward.code.dataflow.values import Fact, Facts, Origin, Row, Value


class Consequences(Ownership):
    """Adds to the facts of a path what is known of the keys that led to a row."""

    def equals(self, row: Row, column: str) -> set[Fact]:
        """Inputs that equal a foreign key of a row, as keys of what it points to, where that is one's own."""
        target = self.schema.target(row.table, column)
        linked = [fact for fact in self.facts if fact[:3] == ("link", row.id, target)]
        return {("key", str(target), fact[3]) for fact in linked}

    def proves(self, row: Row, *, owned: bool, depth: int = 4) -> Facts:
        """What follows when a row is known to be there (and, with `owned`, to be the principal's)."""
        atoms: set[Fact] = {("live", row.id)}
        if owned:
            atoms |= {("owned", row.id), ("shown", row.id)}
        if depth and (owned or (self.owns(row) and not row.fresh)):
            for column, key in row.keys:
                atoms |= self._key_facts(row, column, key, depth) | self._referred(row, column, key)
            if row.child is not None:
                atoms |= self.proves(row.child, owned=True, depth=depth - 1).atoms
        elif depth and row.code:
            atoms |= self._awaited(row)
        return Facts(frozenset(atoms))

    def _referred(self, row: Row, column: str, key: Value) -> set[Fact]:
        """What a row of one's own refers to already: who bought a product may refer to it once more."""
        target, symbol = self.schema.target(row.table, column), symbol_of(key)
        return {(v.REFERRED, target, symbol)} if target is not None and symbol and row.proof else set()

    def _awaited(self, row: Row) -> set[Fact]:
        """The keys of a row that is there, and is one's own once what it is part of proves to be.

        That is known by the row itself, or by the same key in another look at it.
        """
        wholes = [
            key.row
            for column, key in row.keys
            if isinstance(key, v.Field) and self.schema.target(row.table, column) == key.row.table
        ]
        symbols = {symbol_of(key) for column, key in row.keys if self.schema.is_key(row.table, column)} - {""}
        proofs = {("owned", whole.id) for whole in wholes} | {
            ("key", self._keyed(whole.table, column), symbol_of(key))
            for whole in wholes
            for column, key in whole.keys
        }
        return {(v.AWAITED, row.table, symbol, *proof) for symbol in symbols for proof in proofs}

    def _keyed(self, table: str, column: str) -> str:
        """What a key into a table is called in a fact, by its column where there may be several."""
        return table if self.schema.is_key(table, column) else f"{table}.{column}"

    def settled(self, value: Value) -> Facts:
        """What holds of the rows in a value that are the principal's by what their keys name."""
        own = (row for row in rows(value) if row.code and self.owns(row) and self.may_change(row))
        return Facts(frozenset(fact for row in own for fact in (("owned", row.id), ("shown", row.id))))

    def shows(self, row: Row) -> Facts:
        """What follows when a row is everybody's to see: it may be read as one's own, and not changed."""
        return Facts(self.proves(row, owned=True).atoms - {("owned", row.id)})

    def _is_found_by_secret(self, row: Row) -> bool:
        """Whether a row was found by a secret: who holds a link's token may see what it leads to."""
        return any(origin(key) >= Origin.CREDENTIAL and names_secret(column) for column, key in row.keys)

    def _key_facts(self, row: Row, column: str, key: Value, depth: int) -> set[Fact]:
        if column in {v.MEMBERS, v.NAMED} and isinstance(key, v.Field):
            return set(self.proves(key.row, owned=True, depth=depth - 1).atoms)
        schema = self.schema
        target = schema.target(row.table, column)
        opened = {row.table} if schema.is_key(row.table, column) else set[str]()
        if schema.names_one(row.table, column):
            opened.add(f"{row.table}.{column}")
        if target is not None and target in schema.grants.get(row.table, ()):
            opened.add(target)
        if target == schema.user and not row.many and self.ties_principal(row, column):
            opened.add(str(target))
        if column.endswith("_id") and self._is_found_by_secret(row):
            opened.add(target or v.ANY_TABLE)
        match key:
            case v.Scalar(_, symbol, _) if symbol and opened:
                itself: set[Fact] = {("same", symbol)} if schema.user in opened else set()
                return itself | {("key", table, symbol) for table in opened}
            case v.Scalar(_, symbol, _) if (
                symbol and column in schema.owners.get(row.table, ()) and not row.proof
            ):
                return {("same", symbol)}
            case v.Either():  # `asked or default`: proved is what was asked, or nothing was
                chosen = [item for item in present(key) if origin(item) >= Origin.CREDENTIAL]
                if len(chosen) != 1:
                    return {("key", table, symbol_of(key)) for table in opened if symbol_of(key)}
                return self._key_facts(row, column, chosen[0], depth)
            case v.Field(child, name) if opened and child.id != row.id:
                named = [value for other, value in child.keys if other == name]
                facts = self.equals(child, name)
                for value in named if depth > 1 else ():
                    facts |= self._key_facts(row, column, value, depth - 1)
                return facts | self.proves(child, owned=True, depth=depth - 1).atoms
            case _:
                return set()
