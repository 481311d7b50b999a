"""What goes with a product says why; a model knows which categories are not bought again soon."""

from alsolike.revision_steps import run_sql

revision = "0044"
down_revision = "0043"

deletes = {"recs.repurchase_factors": "true"}


def upgrade() -> None:
    """Add the table; and the column to the mart of before, which holds pairs until dbt runs."""
    run_sql(
        """
        create table recs.repurchase_factors (
            model_id integer not null references recs.models on delete cascade,
            product_id text not null,
            factor real not null check (factor >= 0 and factor < 1),
            is_own_category bit varying not null,
            primary key (model_id, product_id)
        );
        comment on table recs.repurchase_factors is
            'One row per trained model and product of a category of which who bought rarely buys '
            'again soon: a purchase counts for less towards neighbours of the category.';
        comment on column recs.repurchase_factors.model_id is 'Trained model that it belongs to.';
        comment on column recs.repurchase_factors.product_id is 'The product that is bought.';
        comment on column recs.repurchase_factors.factor is
            'What its purchase counts towards neighbours of its category, 0 to below 1; towards '
            'all others, and of a product without a row, it counts in full.';
        comment on column recs.repurchase_factors.is_own_category is
            'A bit for each of its neighbours, by rank: 1 where they have its category.';
        grant select on recs.repurchase_factors to alsolike_app, alsolike_analyst;

        do $$
        begin
            if to_regclass('marts.product_complements') is not null then
                alter table marts.product_complements
                    add column if not exists basis text not null default 'pair';
                comment on column marts.product_complements.basis is
                    'pair or category - whether baskets hold the products, or their categories.';
            end if;
        end
        $$;
        """
    )


def downgrade() -> None:
    """Drop the table; the mart's column stays, since nothing reads it and dbt builds it anew."""
    run_sql("drop table recs.repurchase_factors;")
