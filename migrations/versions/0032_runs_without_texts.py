"""The log of runs keeps numbers of a load, not the notes and reasons that quote its rows."""

from alsolike.revision_steps import run_sql

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Take the texts out of the loads that are logged."""
    run_sql(
        """
        update ops.runs as r
        set
            counts = (r.counts - 'notes') || jsonb_build_object(
                'files', (
                    select coalesce(jsonb_agg(f.value - 'reasons' order by f.place), '[]')
                    from
                        jsonb_array_elements(r.counts -> 'files')
                        with ordinality as f (value, place)
                )
            )
        where r.counts ? 'notes' and jsonb_typeof(r.counts -> 'files') = 'array';
        """
    )


def downgrade() -> None:
    """Leave it: the texts are gone."""
