"""Trained models, what evaluations measured, and who was promoted.

A model for an evaluation is fitted on a part of the history; it lives for one run and never serves.
"""

from alsolike.revision_steps import run_sql

revision = "0005"
down_revision = "0004"
deletes = {
    "recs.models": "kind = 'trained'",
    **{
        f"recs.{table}": "true"
        for table in (
            "product_priors",
            "evaluations",
            "evaluation_metrics",
            "evaluation_differences",
            "promotions",
        )
    },
}


def upgrade() -> None:
    """Create the tables, and let models say what they learned from."""
    run_sql(
        """
        alter table recs.models
            add column purpose text not null default 'serve'
                check (purpose in ('serve', 'evaluate')),
            add column seed bigint,
            add column serving jsonb not null default '{}',
            add column learned jsonb not null default '{}',
            add column data jsonb not null default '{}';
        comment on column recs.models.parameters is
            'What it was made with: the recipe, from which it can be made again.';
        comment on column recs.models.serving is
            'How it answers: decay, actions, kind_weights, pool, diversity, category_share, '
            'brand_share; what is missing has the default of recs.serving_options.';
        comment on column recs.models.learned is 'What training found: the weights of the blend.';
        comment on column recs.models.data is
            'What it learned from: counts, the latest event, a fingerprint and a sample of events.';

        create table recs.product_priors (
            model_id integer not null references recs.models on delete cascade,
            product_id text not null,
            prior real not null check (prior > 0),
            primary key (model_id, product_id)
        );
        comment on table recs.product_priors is
            'One row per trained model and popular product: what the product scores with every '
            'shopper, before what is known of them.';

        create table recs.evaluations (
            evaluation_id bigint generated always as identity primary key,
            evaluated_at timestamptz not null default now(),
            split text not null,
            k integer not null check (k > 0),
            cutoff timestamptz,
            shopper_count integer not null,
            parameters jsonb not null default '{}',
            data_fingerprint text not null
        );
        comment on table recs.evaluations is
            'One row per evaluation: what was held out, for how many shoppers, of which data.';

        create table recs.evaluation_metrics (
            evaluation_id bigint not null references recs.evaluations on delete cascade,
            model text not null,
            slice text not null check (slice in ('all', 'warm', 'cold')),
            metric text not null,
            value double precision,
            low double precision,
            high double precision,
            primary key (evaluation_id, model, slice, metric)
        );
        comment on table recs.evaluation_metrics is
            'One row per evaluation, model, slice of the held-out products and metric; low and '
            'high bound a 95 % bootstrap interval over shoppers, null where there is none.';

        create table recs.evaluation_differences (
            evaluation_id bigint not null references recs.evaluations on delete cascade,
            model text not null,
            against text not null,
            metric text not null,
            difference double precision not null,
            low double precision not null,
            high double precision not null,
            primary key (evaluation_id, model, against, metric)
        );
        comment on table recs.evaluation_differences is
            'One row per evaluation, model, model it is compared with and metric: the mean '
            'difference over the same shoppers with its paired 95 % bootstrap interval.';

        create table recs.promotions (
            promotion_id bigint generated always as identity primary key,
            promoted_at timestamptz not null default now(),
            promoted_by text not null default current_user,
            kind text not null check (kind in ('promote', 'force', 'rollback', 'refuse')),
            model_id integer references recs.models on delete set null,
            model text not null,
            previous_model_id integer references recs.models on delete set null,
            previous_model text,
            checks jsonb not null default '[]'
        );
        comment on table recs.promotions is
            'One row per decision on the serving model: from what to what, and what was found. '
            'A refused one switched nothing.';

        comment on column recs.neighbours.score is
            'Cosine similarity, -1 to 1; of a trained model what training gave, above 0.';
        comment on table recs.neighbours is
            'One row per model, product and rank: its nearest products, precomputed or learned.';

        grant select on recs.evaluations, recs.evaluation_metrics, recs.evaluation_differences,
            recs.promotions to alsolike_analyst;
        grant select on recs.product_priors to alsolike_app, alsolike_analyst;

        -- Their columns or parameters changed: the new ones are made by the next step.
        drop function if exists recs.recommend(
            text, text, integer, text [], text, text, integer
        );
        drop function if exists recs.recommend_with_reasons(
            text, text, integer, text [], text, text, integer
        );
        drop function if exists recs.recent_actions(text, text);
        drop function if exists recs.model_of(text);
        drop function if exists recs.add_model(text, text, integer, integer, jsonb);
        """
    )


def downgrade() -> None:
    """Drop the tables and columns, with the trained models."""
    run_sql(
        """
        drop view if exists marts.model_evaluations;
        drop table recs.promotions, recs.evaluation_differences, recs.evaluation_metrics,
            recs.evaluations, recs.product_priors;
        alter table recs.models
            drop column purpose, drop column seed, drop column serving, drop column learned,
            drop column data;
        """
    )
