"""The extension, the two roles, and the schemas that dbt fills.

Roles belong to the whole server, so another database may have made them already; going down
leaves them where another database still uses them.
"""

from alsolike.migrate import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the extension, roles and schemas."""
    run_sql(
        """
        create extension if not exists vector;

        do $$
        declare
            wanted text;
        begin
            foreach wanted in array array['alsolike_app', 'alsolike_analyst'] loop
                begin
                    execute format('create role %I login', wanted);
                exception when duplicate_object or unique_violation then
                    null;
                end;
                execute format('grant %I to current_user', wanted);
            end loop;
        end
        $$;

        create schema staging;
        create schema marts;
        comment on schema staging is 'Cleaned sources. Built by dbt; rebuildable from raw.';
        comment on schema marts is 'Features and facts. Built by dbt; rebuildable from raw.';
        grant usage on schema marts to alsolike_app, alsolike_analyst;
        """
    )


def downgrade() -> None:
    """Drop them again."""
    run_sql(
        """
        drop schema if exists marts cascade;
        drop schema if exists staging cascade;
        drop extension if exists vector cascade;

        do $$
        declare
            unwanted text;
        begin
            foreach unwanted in array array['alsolike_app', 'alsolike_analyst'] loop
                begin
                    execute format('drop owned by %I', unwanted);
                    execute format('drop role %I', unwanted);
                exception when dependent_objects_still_exist then
                    null;
                end;
            end loop;
        end
        $$;
        """
    )
