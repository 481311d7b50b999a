"""What a purchase counts stays with the former product, as all else that was learned of it."""

from alsolike.revision_steps import run_sql

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Name one more table in the trigger's function, which revision 0026 made."""
    run_sql(
        """
        do $$
        begin
            execute replace(
                pg_get_functiondef('raw.keep_former_products()'::regprocedure),
                $text$('recs.neighbours', null, false)$text$,
                $text$('recs.neighbours', null, false),
                        ('recs.repurchase_factors', null, false)$text$
            );
        end
        $$;
        """
    )


def downgrade() -> None:
    """Take it out again."""
    run_sql(
        """
        do $$
        begin
            execute replace(
                pg_get_functiondef('raw.keep_former_products()'::regprocedure),
                $text$('recs.neighbours', null, false),
                        ('recs.repurchase_factors', null, false)$text$,
                $text$('recs.neighbours', null, false)$text$
            );
        end
        $$;
        """
    )
