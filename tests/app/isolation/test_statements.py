"""Layer 2: whatever form a statement has, it stays with its asker or is not written at all."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import (
    ARRAY,
    Column,
    Executable,
    Integer,
    MetaData,
    Table,
    any_,
    bindparam,
    column,
    delete,
    exists,
    func,
    literal,
    literal_column,
    select,
    table,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlalchemy.sql.expression import FunctionElement
from sqlmodel import col

from app.accounts.models import Account, LogInSession, RefreshToken
from app.core.asker import EmailClaim, Principal
from app.core.database import Database
from app.core.isolation import IsolationError, bind
from app.core.statement import prepare
from app.profiles.models import Profile
from tests.app.isolation.conftest import Owner

PROFILES: Table = Profile.__table__  # type: ignore[attr-defined]
other, alias = aliased(Profile), PROFILES.alias("p")
a_cte = select(Profile).cte("profiles")  # a name that hides the table's own
changed = update(Profile).values(about="x").returning(col(Profile.owner_id)).cte()
a_subquery = select(Profile).subquery()
SOMEBODY = UUID(int=7)
ALWAYS = literal(value=True)

# Every form that with_loader_criteria lets through, and every one that it does not. Each gives owner ids.
READS: dict[str, Executable] = {
    "model": select(col(Profile.owner_id)),
    "core table": select(PROFILES.c.owner_id),
    "alias": select(alias.c.owner_id),
    "aliased model": select(col(other.owner_id)),
    "self join": select(col(other.owner_id)).select_from(Profile).join(other, ALWAYS),
    "subquery": select(a_subquery.c.owner_id),
    "cte": select(a_cte.c.owner_id),
    "recursive cte": select(select(Profile).cte(recursive=True).c.owner_id),
    "lateral": select(select(Profile).lateral().c.owner_id),
    "scalar subquery": select(select(col(Profile.owner_id)).limit(1).scalar_subquery()),
    "union": union_all(select(col(Profile.owner_id)), select(col(Account.id))),
    "join": select(col(Account.id)).join(Profile, ALWAYS),
    "outer join": select(col(Account.id)).select_from(Profile).outerjoin(Account, ALWAYS),
    "full join": select(col(Account.id)).select_from(Profile).join(Account, ALWAYS, full=True),
    "cartesian": select(col(Account.id)).where(col(Profile.version) > 0),
    "or that is always true": select(col(Profile.owner_id)).where((col(Profile.version) > 0) | ALWAYS),
    "exists": select(col(Account.id)).where(exists().where(col(Profile.version) > 0)),
    "for update": select(col(Profile.owner_id)).with_for_update(skip_locked=True),
    "for update of": select(col(Account.id)).join(Profile, ALWAYS).with_for_update(of=Account),
    "any of an array": select(col(Profile.owner_id)).where(
        col(Profile.version) == any_(literal([1, 2], ARRAY(Integer)))
    ),
    "update": update(Profile).values(about="x").returning(col(Profile.owner_id)),
    "update of core table": update(PROFILES).values(about="x").returning(PROFILES.c.owner_id),
    "update from": update(Profile).values(about=col(Account.email)).where(ALWAYS)
    .where(col(Account.email).is_not(None)).returning(col(Account.id)),
    "update in a cte": select(changed.c.owner_id),
    "delete": delete(Profile).returning(col(Profile.owner_id)),
    "delete using": delete(Profile).where(col(Account.email).is_not(None)).returning(col(Account.id)),
    "delete in a cte": select(delete(Profile).returning(col(Profile.owner_id)).cte().c.owner_id),
    "insert": insert(LogInSession).values(user_agent="x").returning(col(LogInSession.owner_id)),
    "insert from select": insert(LogInSession)
    .from_select(["user_agent"], select(col(Account.email)))
    .returning(col(LogInSession.owner_id)),
    "upsert": insert(Profile)
    .values(about="x")
    .on_conflict_do_update(index_elements=["owner_id"], set_={"about": "y"})
    .returning(col(Profile.owner_id)),
}  # fmt: skip


class handmade(FunctionElement[str]):  # noqa: N801 -- SQLAlchemy's custom constructs are named so
    """A construct that compiles into whatever it likes."""

    inherit_cache = True
    name = "handmade"


foreign = Table("profiles", MetaData(), Column("owner_id", Integer))
upsert = insert(Profile).values(about="x")

REFUSED: dict[str, tuple[Executable, str]] = {
    "text": (text("select * from profiles"), "text"),
    "text criterion": (select(Profile).where(text("true")), "text"),
    "text in order by": (select(Profile).order_by(text("1")), "text"),
    "statement from text": (select(Profile).from_statement(text("select * from profiles")), "text"),
    "literal column": (select(literal_column("(select 1)")), "literal_column"),
    "custom operator": (select(col(Profile.about).op("or true or")("x")), "op"),
    "unknown function": (select(func.query_to_xml("select 1")), "query_to_xml"),
    "function of a package": (select(func.pg_catalog.count(1)), "count"),
    "custom construct": (select(handmade()), "handmade"),
    "table sample": (select(PROFILES.tablesample(10)), "TABLESAMPLE"),
    "hint": (select(Profile).with_hint(PROFILES, "ONLY"), "hint"),
    "statement hint": (select(Profile).with_statement_hint("x"), "hint"),
    "prefix": (select(Profile).prefix_with("/**/"), "text"),
    "table of somebody else's metadata": (select(foreign), "reach"),
    "table without metadata": (select(table("profiles", column("owner_id"))), "reach"),
    "list in the SQL": (select(Profile).where(col(Profile.version).in_([1, 2])), "any_"),
    "literal in the SQL": (select(literal(1, literal_execute=True)), "any_"),
    "insert for another": (insert(Profile).values(owner_id=SOMEBODY), "owner_id"),
    "insert without values": (insert(Profile), "values"),
    "insert of several rows": (insert(Profile).values([{"about": "x"}, {"about": "y"}]), "values"),
    "insert for another by select": (
        insert(Profile).from_select(["owner_id"], select(col(Account.id))),
        "owner_id",
    ),
    "insert from a union": (
        insert(Profile).from_select(["about"], union_all(select(literal("x")), select(literal("y")))),
        "no SELECT",
    ),
    "give away": (update(Profile).values(owner_id=SOMEBODY), "owner_id"),
    "give away, in order": (update(Profile).ordered_values((PROFILES.c.owner_id, SOMEBODY)), "owner_id"),
    "give away on conflict": (
        upsert.on_conflict_do_update(index_elements=["owner_id"], set_={"owner_id": SOMEBODY}),
        "owner_id",
    ),
    "update without values": (update(Profile), "values"),
    "update of an alias": (update(other).values(about="x"), "no table"),
    "delete of an alias": (delete(other), "no table"),
}


@pytest.mark.anyio
@pytest.mark.parametrize("form", READS)
async def test_a_statement_reaches_own_rows_alone(
    form: str, as_superuser: Database, owners: tuple[Owner, Owner]
) -> None:
    """Run as a superuser, whom row security does not hold: what protects here is the criterion alone."""
    me, somebody = owners
    session = as_superuser.acting_as(Principal(me.id))
    reached = await session.run(prepare(READS[form], into=UUID))
    assert set(reached) == {me.id}
    assert await somebody.rows(as_superuser) == somebody.before


@pytest.mark.parametrize("form", REFUSED)
def test_what_cannot_be_proved_is_refused(form: str) -> None:
    statement, reason = REFUSED[form]
    with pytest.raises(IsolationError, match=reason) as refusal:
        bind(statement, Principal)
    assert str(refusal.value).endswith(".")


def test_a_default_made_in_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PROFILES.c.about, "default", Column("x", Integer, default=1).default)
    with pytest.raises(IsolationError, match="default"):
        bind(insert(Profile).values(version=1), Principal)


def test_a_claim_reaches_only_what_declares_it() -> None:
    assert "accounts.email = $1" in bind(select(Account), EmailClaim).sql
    for statement in (select(Profile), select(RefreshToken), insert(Profile).values(about="x")):
        with pytest.raises(IsolationError, match="out of reach of EmailClaim"):
            bind(statement, EmailClaim)


def test_a_claim_sets_what_it_claims() -> None:
    bound = bind(insert(Account).values(password_hash="x"), EmailClaim)
    assert bound.parameters == ("asker_0", "password_hash")
    with pytest.raises(IsolationError, match="email"):
        bind(insert(Account).values(email="other@example.org", password_hash="x"), EmailClaim)


def test_a_parameter_cannot_stand_in_for_the_asker() -> None:
    statement = prepare(select(col(Profile.owner_id)), into=UUID)
    assert statement.arguments(Principal(SOMEBODY), {"asker_0": UUID(int=8)}) == [SOMEBODY]


def test_an_asker_of_another_kind_is_refused() -> None:
    statement = prepare(select(col(Account.id)), into=UUID, by=EmailClaim)
    with pytest.raises(IsolationError, match="EmailClaim"):
        statement.arguments(Principal(SOMEBODY), {})  # type: ignore[arg-type]  # mypy refuses it first


@pytest.mark.parametrize("nobody", [None, "", SOMEBODY])
def test_a_session_without_an_asker_cannot_be_had(
    nobody: object, make_database: Callable[[str], Database]
) -> None:
    with pytest.raises(IsolationError, match="asker"):
        make_database("").acting_as(nobody)  # type: ignore[type-var]  # mypy refuses it first


def test_rows_must_fit_what_they_become() -> None:
    with pytest.raises(TypeError, match="does not fit into one UUID"):
        prepare(select(col(Profile.owner_id), col(Profile.version)), into=UUID)
    with pytest.raises(TypeError, match="columns"):
        prepare(select(col(Profile.owner_id).label("other")), into=Owner)


def test_parameters_are_named_once_and_all_needed() -> None:
    statement = prepare(
        select(col(Profile.owner_id)).where(col(Profile.about) == bindparam("about")), into=UUID
    )
    with pytest.raises(KeyError):
        statement.arguments(Principal(SOMEBODY), {})
