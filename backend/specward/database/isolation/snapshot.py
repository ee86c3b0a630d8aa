"""Reads from the catalogue what decides about isolation, as the runtime role meets it."""

from typing import TypeVar

import psycopg
from psycopg.rows import args_row

from specward.database.isolation.model import (
    Definer,
    ForeignKey,
    Policy,
    Role,
    Snapshot,
    Table,
    View,
)

Row = TypeVar("Row")

VERBS = "array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']"

TABLES = f"""
select c.relname, c.relowner::regrole::text, c.relrowsecurity, c.relforcerowsecurity,
    array(select a.attname::text from pg_attribute a
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and not a.attnotnull),
    array(select distinct a.attname::text
          from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
          where i.indrelid = c.oid and i.indisvalid and i.indpred is null),
    array(select lower(verb) from unnest({VERBS}) verb where has_table_privilege(%(role)s, c.oid, verb)
          or verb in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
             and has_any_column_privilege(%(role)s, c.oid, verb))
from pg_class c
where c.relnamespace = to_regnamespace(%(schema)s) and c.relkind in ('r', 'p')
order by c.relname
"""  # noqa: S608 -- put together from constants

POLICIES = """
select c.relname, p.polname, p.polpermissive,
    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
                  else 'all' end,
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
from pg_policy p join pg_class c on c.oid = p.polrelid
where c.relnamespace = to_regnamespace(%(schema)s)
  and exists (select from unnest(p.polroles) applies
              where applies = 0 or pg_has_role(%(role)s, applies, 'usage'))
order by c.relname, p.polname
"""

FOREIGN_KEYS = """
select r.relname, k.conname,
    array(select a.attname::text from unnest(k.conkey) with ordinality c (attnum, place)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = c.attnum order by c.place),
    t.relname,
    array(select a.attname::text from unnest(k.confkey) with ordinality c (attnum, place)
          join pg_attribute a on a.attrelid = k.confrelid and a.attnum = c.attnum order by c.place)
from pg_constraint k join pg_class r on r.oid = k.conrelid join pg_class t on t.oid = k.confrelid
where k.contype = 'f' and k.connamespace = to_regnamespace(%(schema)s)
order by 1, k.conname
"""

VIEWS = """
with recursive reads (view, relation) as (
    select distinct r.ev_class, d.refobjid
    from pg_rewrite r join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    where d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
    union
    select reads.view, d.refobjid
    from reads join pg_rewrite r on r.ev_class = reads.relation
    join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid
    where d.refclassid = 'pg_class'::regclass and d.refobjid <> r.ev_class
)
select v.relname, v.relkind = 'm',
    exists (select from unnest(v.reloptions) o where o in ('security_invoker=true', 'security_invoker=on',
                                                           'security_invoker=1', 'security_invoker=yes')),
    array(select distinct t.relname::text from reads join pg_class t on t.oid = reads.relation
          where reads.view = v.oid and t.relkind in ('r', 'p') order by 1)
from pg_class v
where v.relkind in ('v', 'm')
  and v.relnamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
  and has_any_column_privilege(%(role)s, v.oid, 'SELECT')
order by v.relname
"""

DEFINERS = """
select p.oid::regprocedure::text, p.proowner::regrole::text,
    exists (select from unnest(p.proconfig) setting where setting like 'search_path=%%')
from pg_proc p
where p.prosecdef and has_function_privilege(%(role)s, p.oid, 'EXECUTE')
  and p.pronamespace not in ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
order by 1
"""

ROLES = """
select rolname, rolsuper, rolbypassrls, rolcreaterole, rolreplication
from pg_roles
where rolname = %(role)s
   or not (select rolsuper from pg_roles where rolname = %(role)s) and pg_has_role(%(role)s, oid, 'member')
order by rolname <> %(role)s, rolname
"""


def read_snapshot(connection: psycopg.Connection, role: str, schema: str = "public") -> Snapshot:
    """Read what decides about the isolation of users from each other.

    Args:
        connection: as anybody who may read the catalogue, which is everybody.
        role: the runtime role, as which the application logs in.
        schema: where the tables are.
    """
    given = {"role": role, "schema": schema}

    def rows(kind: type[Row], query: str) -> tuple[Row, ...]:
        with connection.cursor(row_factory=args_row(kind)) as cursor:
            return tuple(cursor.execute(query.encode(), given).fetchall())

    return Snapshot(
        role,
        connection.info.server_version,
        rows(Table, TABLES),
        rows(Policy, POLICIES),
        rows(ForeignKey, FOREIGN_KEYS),
        rows(View, VIEWS),
        rows(Definer, DEFINERS),
        rows(Role, ROLES),
    )
