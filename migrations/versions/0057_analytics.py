"""The schema of what analysts ask, which dbt fills."""

from alsolike.revision_steps import check_names_are_free, drop_built, drop_schema, run_sql

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Make the schema, or use the shop's of that name, and let analysts look into it."""
    check_names_are_free("analytics")
    run_sql(
        """
        create schema if not exists analytics;
        do $$
        begin
            -- A shop may have had a schema of this name, which then keeps what it says.
            if obj_description('analytics'::regnamespace, 'pg_namespace') is null then
                comment on schema analytics is
                    'What analysts ask. Built by dbt; each row is of nobody or of enough people.';
            end if;
        end
        $$;
        grant usage on schema analytics to alsolike_analyst;
        """
    )


def downgrade() -> None:
    """Drop what dbt built in it, and the schema unless the shop has something there."""
    for kind in ("view", "table"):
        drop_built("analytics", kind=kind)
    drop_schema("analytics")
