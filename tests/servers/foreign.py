"""Somebody else's server, with `--database=url`: reached as it wants to be, used as a guest, left as it was.

The tests speak to 127.0.0.1 whatever the form is. So the foreign server is brought there by a proxy, which
asks it for TLS, and nothing else is different. The role in DATABASE_URL stands for the superuser. It needs
what Neon gives its first role: it may make databases and roles, and is above row security.
"""

import os
import secrets
import ssl
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from specward.database.provision import APP_USER, MIGRATOR, apply_roles
from specward.database.server import Server
from tests.servers.scratch import PREFIX, drop, scratch
from tests.servers.wire import Target, wire_to

VARIABLE = "DATABASE_URL"
ROLES = ("app_owner", MIGRATOR, APP_USER)
PASSWORD_VARIABLES = {APP_USER: "APP_USER_PASSWORD", MIGRATOR: "APP_MIGRATOR_PASSWORD"}

POOLER_MARK = "-pooler"  # Neon's poolers are at the host of the compute, with this behind its first label
TRUSTING = frozenset({"prefer", "require"})  # modes that encrypt without looking at the certificate
DEFAULT_PORT = "5432"

FIT = "select rolsuper or (rolcreatedb and rolcreaterole and rolbypassrls) from pg_roles where rolname = user"
UNFIT = (
    f"The role in {VARIABLE} must be one that may make databases and roles and is above row security, as "
    "Neon's first role is: the tests look at what the application did."
)
TAKEN = (
    "The server has the role {} already, and the tests would change its password. Give its password in "
    "{}, or take a server without it."
)


class Address(NamedTuple):
    """What a connection string says."""

    host: str
    port: int
    user: str
    password: str
    database: str
    encryption: ssl.SSLContext | None

    @property
    def direct_host(self) -> str:
        """The host of the server itself, where the string leads to Neon's pooler."""
        label, dot, domain = self.host.partition(".")
        return label.removesuffix(POOLER_MARK) + dot + domain


def read_url(url: str) -> Address:
    """Read a connection string.

    Raises:
        UsageError: it names no host, or is none at all.
    """
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError as error:
        raise pytest.UsageError(f"{VARIABLE} is no connection string.") from error
    if "host" not in parts:
        raise pytest.UsageError(f"{VARIABLE} names no host.")
    user = parts.get("user", "")
    return Address(
        parts["host"],
        int(parts.get("port", DEFAULT_PORT)),
        user,
        parts.get("password", ""),
        parts.get("dbname", user),
        _encryption(parts),
    )


def _encryption(parts: Mapping[str, str]) -> ssl.SSLContext | None:
    """Follow libpq's `sslmode`; its default is `prefer`."""
    mode = parts.get("sslmode", "prefer")
    if mode in {"disable", "allow"}:
        return None
    root = parts.get("sslrootcert")
    context = ssl.create_default_context(cafile=None if root in {None, "system"} else root)
    context.check_hostname = mode == "verify-full"
    if mode in TRUSTING:
        context.verify_mode = ssl.CERT_NONE
    return context


class Nearby(NamedTuple):
    """The foreign server, as the tests reach it."""

    server: Server
    pooler: int | None = None  # the port of its own pooler, where DATABASE_URL leads to that


@contextmanager
def brought_near(url: str) -> Iterator[Nearby]:
    """Have the server that `url` names on a port of this machine, and its pooler if `url` leads to that."""
    address = read_url(url)
    with ExitStack() as stack:

        def lead_to(host: str) -> int:
            return stack.enter_context(wire_to(Target(address.port, host, address.encryption))).port

        port = lead_to(address.direct_host)
        server = Server(port, address.password, superuser=address.user, maintenance=address.database)
        yield Nearby(server, lead_to(address.host) if address.host != address.direct_host else None)


class Guest:
    """The run as a guest on the server: makes the roles by SQL, and at the end takes back what it made."""

    def __init__(self, url: str, roles: Path) -> None:
        """Make the roles that are not there.

        Raises:
            UsageError: the role in `url` cannot do what is needed, or would spoil a role that is there.
        """
        self.url = url
        with brought_near(url) as near:
            self._made = self._missing(near.server)
            self.passwords = {role: self._password(role) for role in PASSWORD_VARIABLES}
            with scratch(near.server) as name:
                _create(near.server, name)
                with psycopg.connect(near.server.superuser_url(name)) as connection:
                    apply_roles(connection, roles, self.passwords)
            with psycopg.connect(near.server.superuser_url(), autocommit=True) as connection:
                self._joined = [role for role in ROLES if not _is_member(connection, role)]
                for role in self._joined:
                    connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(role)))

    def leave(self) -> None:
        """Drop the roles that were made, and the databases that a killed worker has left."""
        with brought_near(self.url) as near:
            with psycopg.connect(near.server.superuser_url(), autocommit=True) as connection:
                left = connection.execute(
                    "select datname from pg_database where starts_with(datname, %s)", [PREFIX]
                ).fetchall()
            for (name,) in left:
                drop(near.server, name)
            with psycopg.connect(near.server.superuser_url(), autocommit=True) as connection:
                for role in self._joined:
                    connection.execute(sql.SQL("revoke {} from current_user").format(sql.Identifier(role)))
                for role in self._made:
                    connection.execute(sql.SQL("drop role {}").format(sql.Identifier(role)))

    @staticmethod
    def _missing(server: Server) -> list[str]:
        try:
            with psycopg.connect(server.superuser_url()) as connection:
                if connection.execute(FIT).fetchone() != (True,):
                    raise pytest.UsageError(UNFIT)
                found = connection.execute("select rolname from pg_roles where rolname = any(%s)", [[*ROLES]])
                there = {name for (name,) in found}
        except psycopg.OperationalError as error:
            raise pytest.UsageError(f"The server in {VARIABLE} cannot be reached: {error}") from error
        return [role for role in ROLES if role not in there]

    def _password(self, role: str) -> str:
        if role in self._made:
            return secrets.token_urlsafe(24)
        variable = PASSWORD_VARIABLES[role]
        if variable not in os.environ:
            raise pytest.UsageError(TAKEN.format(role, variable))
        return os.environ[variable]


def _create(server: Server, name: str) -> None:
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def _is_member(connection: psycopg.Connection, role: str) -> bool:
    """Tell whether the role in use may do all that `role` may, and become it."""
    row = connection.execute("select pg_has_role(%s, 'usage') and pg_has_role(%s, 'member')", [role, role])
    return row.fetchone() == (True,)
