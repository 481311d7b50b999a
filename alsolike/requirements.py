"""What alsolike needs of a database before it can be installed, and what it lacks afterwards.

`alsolike migrate` asks for what it cannot do without before it changes anything; `alsolike check`
tells everything, with the statements that an administrator runs.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import sql
from psycopg.rows import args_row

from alsolike.database import ANALYST_ROLE, APP_ROLE, query
from alsolike.schemas import SCHEMAS, schema_name
from alsolike.settings import are_roles_used

_OLDEST_PGVECTOR = (0, 8, 0)
_ADVISED_PGVECTOR = (0, 8, 4)
_ROLES = (ANALYST_ROLE, APP_ROLE)
# What the migrations say of each schema: one that has it was made by them.
_DESCRIPTIONS = [
    "What the shop told us. Written by the loader and the API.",
    "Cleaned sources. Built by dbt; rebuildable from raw.",
    "Features and facts. Built by dbt; rebuildable from raw.",
    "What analysts ask. Built by dbt; each row is of nobody or of enough people.",
    "Models, vectors and neighbours. Written by the workers.",
    "Runs, failures, snapshots and the task queue.",
]

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one requirement.

    Attributes
    ----------
    level : str
        `missing`: alsolike does not work without it.
    text : str
        One line.
    statements : tuple of str
        What an administrator runs, in this database.
    """

    level: Literal["ok", "warning", "missing"]
    text: str
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extension:
    """The extension pgvector of a database.

    Attributes
    ----------
    may_use, may_grant : bool
        Whether the user may use its schema, and let others use it.
    """

    version: str
    schema: str
    may_use: bool
    may_grant: bool


@dataclass(frozen=True, slots=True)
class _Role:
    name: str
    is_there: bool
    may_act: bool
    may_make: bool


def extension_of(connection: Connection) -> Extension | None:
    """Return the database's pgvector; None: it has none."""
    with connection.cursor(row_factory=args_row(Extension)) as cursor:
        return cursor.execute(query("alsolike/extension")).fetchone()


def may_not_begin(connection: Connection, *, is_new: bool) -> list[Finding]:
    """Return what stands in the way of a migration, or is worth a warning, before it begins.

    It makes pgvector where it is missing, in the connection's transaction.

    Parameters
    ----------
    is_new : bool
        Nothing of alsolike is there.
    """
    if wrong := _wrong_encoding(connection):
        return [wrong]
    findings = [*_privileges(connection), *_roles(connection)]
    findings += _names(connection) if is_new else []
    findings += _extension(connection, is_kept=True)
    return [finding for finding in findings if finding.level != "ok"]


def check_requirements(connection: Connection, *, is_new: bool) -> list[Finding]:
    """Return what was found of each requirement; nothing is changed.

    Parameters
    ----------
    is_new : bool
        Nothing of alsolike is there.
    """
    version = connection.info.server_version
    server = Finding("ok", f"The server is Postgres {version // 10_000}.{version % 10_000}.")
    if wrong := _wrong_encoding(connection):
        # Its texts cannot be read, so neither can the rest.
        return [server, wrong]
    findings = [server, *_privileges(connection), *_roles(connection)]
    findings += _extension(connection, is_kept=False)
    findings += _names(connection) if is_new else []
    findings += [*_usage(connection), *_timeouts(connection)]
    # A migration sets the limits if it may.
    if not is_new or not any(role.may_make for role in _found_roles(connection)):
        findings += _limits(connection)
    return findings


def _wrong_encoding(connection: Connection) -> Finding | None:
    """Say that the database has another encoding than UTF-8, and how to make one that has it."""
    encoding = connection.info.parameter_status("server_encoding")
    if encoding == "UTF8":
        return None
    statement = sql.SQL(
        "create database {} template template0 encoding 'UTF8' locale 'C.UTF-8';"
    ).format(sql.Identifier(f"{connection.info.dbname}_utf8"))
    text = (
        f"The encoding of the database {connection.info.dbname} is {encoding}, and texts of shops "
        "need UTF8: make another database, and name it in PGDATABASE."
    )
    return Finding("missing", text, (statement.as_string(connection),))


def _privileges(connection: Connection) -> Iterator[Finding]:
    """Rights in the database: every load makes a schema, and temporary tables in it."""
    user, database, missing = _one_row(connection, "alsolike/privileges")
    if not missing:
        yield Finding("ok", f"{user} may make schemas and temporary tables in {database}.")
        return
    statement = sql.SQL("grant {} on database {} to {};").format(
        sql.SQL(", ").join(map(sql.SQL, missing)), sql.Identifier(database), sql.Identifier(user)
    )
    yield Finding(
        "missing",
        f"{user} lacks a right in the database {database}: {' and '.join(missing)}.",
        (statement.as_string(connection),),
    )


def _extension(connection: Connection, *, is_kept: bool) -> Iterator[Finding]:
    """Look at pgvector; where it is missing, make it, and roll that back unless it is kept."""
    found = extension_of(connection)
    if found is None:
        try:
            with connection.transaction(force_rollback=not is_kept):
                connection.execute("create extension vector")
                found = extension_of(connection)
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            # Another session made it at the same moment.
            found = extension_of(connection)
        except psycopg.errors.InsufficientPrivilege:
            text = "The database has no pgvector, and the user may not make it."
            yield Finding("missing", text, ("create extension vector;",))
        except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported):
            text = "The server has no pgvector: install it there (docs/operations.md)."
            yield Finding("missing", text)
        else:
            yield Finding("ok", "The database has no pgvector; `alsolike migrate` makes it.")
    elif found.may_use:
        yield from _library(connection)
    else:
        user, _, _ = _one_row(connection, "alsolike/privileges")
        yield _unusable(connection, found.schema, user)
    if found is not None:
        yield _version(found)


def _version(found: Extension) -> Finding:
    version = tuple(int(part) for part in re.findall(r"\d+", found.version))
    named = f"pgvector {found.version} in the schema {found.schema}"
    update = ("alter extension vector update;",)
    if version < _OLDEST_PGVECTOR:
        return Finding("missing", f"The database has {named}: 0.8.0 or newer is needed.", update)
    if version < _ADVISED_PGVECTOR:
        text = f"The database has {named}: 0.8.4 or newer is advised, for its corrections."
        return Finding("warning", text, update)
    return Finding("ok", f"The database has {named}.")


def _library(connection: Connection) -> Iterator[Finding]:
    """Tell whether the server can load pgvector, which it does when a type of it is used."""
    try:
        with connection.transaction():
            connection.execute("select '[1]'::vector")
    except psycopg.Error as error:
        reason = str(error).partition("\n")[0]
        yield Finding("missing", f"The server cannot load pgvector: {reason}.")


def _roles(connection: Connection) -> Iterator[Finding]:
    if not are_roles_used():
        yield Finding("ok", "No roles are used (ALSOLIKE_ROLES): the site works as PGUSER.")
        return
    user, _, _ = _one_row(connection, "alsolike/privileges")
    for role in _found_roles(connection):
        membership = sql.SQL("grant {} to {};").format(
            sql.Identifier(role.name), sql.Identifier(user)
        )
        member = membership.as_string(connection)
        if role.may_act:
            yield Finding("ok", f"{user} may act as {role.name}.")
        elif role.is_there:
            text = f"{user} may not act as {role.name}: who needs it logs in as that role."
            yield Finding("warning", text, (member,))
        elif role.may_make:
            yield Finding("ok", f"There is no role {role.name}; `alsolike migrate` makes it.")
        else:
            text = (
                f"There is no role {role.name}, and {user} may not make it "
                "(ALSOLIKE_ROLES=false works without)."
            )
            yield Finding("missing", text, (f"create role {role.name} login;", member))


def _found_roles(connection: Connection) -> list[_Role]:
    with connection.cursor(row_factory=args_row(_Role)) as cursor:
        return cursor.execute(query("alsolike/roles"), {"roles": list(_ROLES)}).fetchall()


def _names(connection: Connection) -> Iterator[Finding]:
    """Names of schemas that somebody else uses."""
    names = [schema_name(schema) for schema in SCHEMAS]
    rows = connection.execute(
        query("alsolike/schemas_in_use"), {"schemas": names, "descriptions": _DESCRIPTIONS}
    ).fetchall()
    if not rows:
        yield Finding("ok", f"The names of the schemas are free: {', '.join(names)}.")
        return
    taken = ", ".join(f"{schema} ({reason})" for schema, reason in rows)
    text = (
        f"The database uses names of alsolike's schemas for something else: {taken}. "
        "Set ALSOLIKE_SCHEMA_PREFIX, such as alsolike_."
    )
    yield Finding("missing", text)


def _usage(connection: Connection) -> Iterator[Finding]:
    """Whether the roles may use the schema of the extension, as our functions do for them."""
    extension = extension_of(connection)
    if extension is None or extension.may_grant or not are_roles_used():
        return
    there = [role.name for role in _found_roles(connection) if role.is_there]
    without = connection.execute(
        query("alsolike/schema_usage"), {"schema": extension.schema, "roles": there}
    ).fetchall()
    for (role,) in without:
        yield _unusable(connection, extension.schema, role)


def _unusable(connection: Connection, schema: str, role: str) -> Finding:
    statement = sql.SQL("grant usage on schema {} to {};").format(
        sql.Identifier(schema), sql.Identifier(role)
    )
    text = f"{role} may not use the schema {schema}, in which pgvector is."
    return Finding("missing", text, (statement.as_string(connection),))


def _limits(connection: Connection) -> Iterator[Finding]:
    """Limits of the roles that an administrator sets where the owner may not."""
    if not are_roles_used():
        return
    rows = connection.execute(query("alsolike/unset_limits")).fetchall()
    if rows:
        statements = tuple(f"{statement};" for (statement,) in rows)
        text = "What the roles may hold is not limited (`alsolike migrate` does that where it may)."
        yield Finding("warning", text, statements)


def _timeouts(connection: Connection) -> Iterator[Finding]:
    """Limits of the user's sessions, which commands lift for their own."""
    for name, limit in connection.execute(query("alsolike/timeouts")).fetchall():
        yield Finding("ok", f"{name} is {limit} ms for the user; commands lift it for themselves.")


def _one_row(connection: Connection, name: str) -> tuple[Any, ...]:
    row = connection.execute(query(name)).fetchone()
    assert row is not None  # noqa: S101  (the query gives one row)
    return row
