"""The extension, the two roles, and the schemas that dbt fills.

Roles belong to the whole server, so another database or an administrator may have made them
already; going down leaves them where anybody still uses them. It leaves the extension too, which
the shop's own columns may be of, and a schema with anything of the shop's own in it.
"""

from alsolike.revision_steps import check_names_are_free, drop_built, drop_schema, run_sql
from alsolike.settings import are_roles_used

revision = "0001"
down_revision = None

_MAKE_ROLES = """
    do $$
    declare
        wanted text;
    begin
        foreach wanted in array array['alsolike_app', 'alsolike_analyst'] loop
            -- Who may not create roles may migrate where they are there.
            if to_regrole(wanted) is null then
                begin
                    execute format('create role %I login', wanted);
                exception when duplicate_object or unique_violation then
                    null;
                end;
            end if;
            if not pg_has_role(current_user, wanted, 'set') then
                begin
                    execute format('grant %I to current_user', wanted);
                -- Then the site logs in as the role itself.
                exception when insufficient_privilege then
                    null;
                end;
            end if;
        end loop;
    end
    $$;
"""
_DROP_ROLES = """
    do $$
    declare
        unwanted text;
    begin
        foreach unwanted in array array['alsolike_app', 'alsolike_analyst'] loop
            continue when to_regrole(unwanted) is null or exists (
                select from pg_auth_members as m
                where
                    m.roleid = to_regrole(unwanted)
                    and m.member <> current_user::regrole
                    and not (select r.rolsuper from pg_roles as r where r.oid = m.member)
            );
            begin
                execute format('drop role %I', unwanted);
            -- Another database uses it, or it is an administrator's.
            exception when
                dependent_objects_still_exist or insufficient_privilege or undefined_object
            then
                null;
            end;
        end loop;
    end
    $$;
"""


def upgrade() -> None:
    """Create the extension, roles and schemas."""
    for schema in ("staging", "marts"):
        check_names_are_free(schema)
    if are_roles_used():
        run_sql(_MAKE_ROLES)
    run_sql(
        """
        -- The extension's script is long, and nobody uses the schemas yet.
        set local statement_timeout = '15min';
        create extension if not exists vector;

        create schema if not exists staging;
        create schema if not exists marts;
        comment on schema staging is 'Cleaned sources. Built by dbt; rebuildable from raw.';
        comment on schema marts is 'Features and facts. Built by dbt; rebuildable from raw.';
        grant usage on schema marts to alsolike_app, alsolike_analyst;
        """
    )


def downgrade() -> None:
    """Drop what dbt built, and the schemas and roles that nobody else uses.

    What dbt built can be built again, so its rows need no question.
    """
    for kind in ("view", "table"):
        for schema in ("marts", "staging"):
            drop_built(schema, kind=kind)
    for schema in ("marts", "staging"):
        drop_schema(schema)
    if are_roles_used():
        run_sql(_DROP_ROLES)
