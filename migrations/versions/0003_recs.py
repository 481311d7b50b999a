"""The recs schema: models, vectors, neighbours.

A vector column has no dimension of its own because that is a property of the model: each model's
vectors are a partition, and its HNSW index casts to the model's dimension.
"""

from alsolike.revision_steps import drop_schema, run_sql

revision = "0003"
down_revision = "0002"
deletes = {
    f"recs.{table}": "true"
    for table in (
        "encoders",
        "embeddings",
        "models",
        "serving_model",
        "product_vectors",
        "neighbours",
        "hides",
    )
}


def upgrade() -> None:
    """Create the tables, their indexes and grants."""
    run_sql(
        """
        create schema if not exists recs;
        comment on schema recs is 'Models, vectors and neighbours. Written by the workers.';

        create table recs.encoders (
            encoder_id integer generated always as identity primary key,
            name text not null,
            sha256 text not null,
            dimension integer not null check (dimension between 1 and 4000),
            created_at timestamptz not null default now(),
            unique (name, sha256)
        );
        comment on table recs.encoders is
            'One row per text encoder that made vectors; sha256 is of its weights.';

        create table recs.embeddings (
            encoder_id integer not null references recs.encoders on delete cascade,
            product_id text not null references raw.products on delete cascade,
            part text not null check (part in ('name', 'details', 'actions')),
            content_hash text not null,
            embedding halfvec not null,
            embedded_at timestamptz not null default now(),
            primary key (encoder_id, product_id, part)
        );
        comment on table recs.embeddings is
            'One row per encoder, product and part: its vector of unit length, and the hash of '
            'what it was made of.';

        create table recs.models (
            model_id integer generated always as identity primary key,
            name text not null unique,
            kind text not null check (kind in ('average', 'trained')),
            encoder_id integer not null references recs.encoders,
            dimension integer not null check (dimension between 1 and 4000),
            parameters jsonb not null default '{}',
            created_at timestamptz not null default now()
        );
        comment on table recs.models is 'One row per model that can serve.';

        create table recs.serving_model (
            is_single boolean primary key default true check (is_single),
            model_id integer not null references recs.models,
            switched_at timestamptz not null default now()
        );
        comment on table recs.serving_model is
            'At most one row: the model that answers. Switching is one update of it.';

        create table recs.product_vectors (
            model_id integer not null references recs.models on delete cascade,
            product_id text not null references raw.products on delete cascade,
            embedding halfvec not null,
            updated_at timestamptz not null default now(),
            primary key (model_id, product_id)
        ) partition by list (model_id);
        comment on table recs.product_vectors is
            'One row per model and product: the unit vector that cosine is taken of. '
            'One partition per model, made by recs.add_model.';

        create table recs.neighbours (
            model_id integer not null references recs.models on delete cascade,
            product_id text not null,
            rank integer not null check (rank > 0),
            neighbour_id text not null,
            score real not null,
            primary key (model_id, product_id, rank)
        );
        comment on table recs.neighbours is
            'One row per model, product and rank: its precomputed nearest products; score is '
            'cosine similarity, -1 to 1.';

        create table recs.hides (
            shopper_id text not null references raw.shoppers on delete cascade,
            product_id text not null references raw.products on delete cascade,
            hidden_at timestamptz not null default now(),
            primary key (shopper_id, product_id)
        );
        comment on table recs.hides is
            'One row per product that a shopper asked not to see again. Personal data.';

        grant usage on schema recs to alsolike_app, alsolike_analyst;
        grant select on recs.encoders, recs.embeddings, recs.models, recs.serving_model,
            recs.product_vectors, recs.neighbours to alsolike_app, alsolike_analyst;
        grant select, insert on recs.hides to alsolike_app;
        """
    )


def downgrade() -> None:
    """Drop the tables with their rows."""
    run_sql(
        """
        drop table recs.hides, recs.neighbours, recs.product_vectors, recs.serving_model,
            recs.models, recs.embeddings, recs.encoders;
        """
    )
    drop_schema("recs")
