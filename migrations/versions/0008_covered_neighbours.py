"""Neighbours are read out of their index alone, and a shopper's are limited in number.

The key's index holds the whole row, so that adding up a shopper's neighbours reads a few pages
side by side. Functions whose columns or parameters differ from before go; the next step makes the
new ones.
"""

from alsolike.revision_steps import run_alone, run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Exchange the key's index; drop the functions of before."""
    run_alone(
        "create unique index concurrently if not exists neighbours_covering "
        "on recs.neighbours (model_id, product_id, rank) include (neighbour_id, score)"
    )
    run_sql(
        """
        alter table recs.neighbours drop constraint neighbours_pkey;
        alter table recs.neighbours
        add constraint neighbours_pkey primary key using index neighbours_covering;

        drop function if exists recs.serving_options(jsonb);
        drop function if exists recs.exact_limit(integer, integer);
        drop function if exists recs.few_eligible(recs.product_filter, integer, text []);
        drop function if exists recs.scored_products(
            integer, text [], real [], text [], recs.product_filter, text [], integer
        );
        """
    )


def downgrade() -> None:
    """Make the index as it was."""
    run_sql(
        """
        alter table recs.neighbours drop constraint neighbours_pkey;
        alter table recs.neighbours add primary key (model_id, product_id, rank);
        """
    )
