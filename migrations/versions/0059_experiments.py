"""Experiments, and who was given which of their arms."""

from alsolike.revision_steps import run_sql

revision = "0059"
down_revision = "0058"
deletes = {"recs.experiments": "true", "recs.exposures": "true"}


def upgrade() -> None:
    """Make the tables."""
    run_sql(
        """
        create table recs.experiments (
            name text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,59}$'),
            hypothesis text not null check (hypothesis <> ''),
            layer text not null check (layer <> ''),
            layer_from double precision not null,
            layer_to double precision not null,
            salt text not null check (salt <> ''),
            arms jsonb not null,
            places text [] not null check (places <> '{}'),
            metric text not null,
            planned_shoppers integer not null check (planned_shoppers > 0),
            window_days integer not null check (window_days between 1 and 365),
            started_at timestamptz not null default now(),
            stopped_at timestamptz,
            stopped_because text,
            check (layer_from >= 0 and layer_from < layer_to and layer_to <= 1),
            check ((stopped_at is null) = (stopped_because is null))
        );
        comment on table recs.experiments is
            'One row per experiment: each shopper is given one of its arms at random.';
        comment on column recs.experiments.name is 'What commands call it.';
        comment on column recs.experiments.hypothesis is 'What is expected, written beforehand.';
        comment on column recs.experiments.layer is
            'Of the running experiments of one layer a shopper takes part in one at most.';
        comment on column recs.experiments.layer_from is
            'Where its part of the layer begins, from 0 to 1.';
        comment on column recs.experiments.layer_to is
            'Where its part of the layer ends, which does not belong to it.';
        comment on column recs.experiments.salt is
            'Random: with it the id of a shopper is hashed, which says the arm.';
        comment on column recs.experiments.arms is
            'A list of name, share of the shoppers from 0 to 1, and what is changed: model, '
            'diversity, or is_off for lists that are not shown. The first is the control.';
        comment on column recs.experiments.places is
            'The lists that are changed, as recs.impressions calls their places.';
        comment on column recs.experiments.metric is 'By which it is decided, chosen beforehand.';
        comment on column recs.experiments.planned_shoppers is 'Of all arms together.';
        comment on column recs.experiments.window_days is
            'Days after the exposure in which a shopper is looked at.';
        comment on column recs.experiments.started_at is 'From when on arms are given.';
        comment on column recs.experiments.stopped_at is 'Null: it runs.';
        comment on column recs.experiments.stopped_because is 'Why it was stopped.';

        create table recs.exposures (
            exposed_at timestamptz not null,
            experiment text not null references recs.experiments on delete cascade,
            arm text not null check (arm <> ''),
            shopper_id text references raw.shoppers on delete cascade,
            session_id text,
            check (shopper_id is not null or session_id is not null)
        );
        comment on table recs.exposures is
            'One row per experiment and shopper, or anonymous visitor, who agreed to measurement '
            'and was given an arm. Personal data.';
        comment on column recs.exposures.exposed_at is
            'When a list of the experiment was first asked for, also where the arm shows none.';
        comment on column recs.exposures.experiment is 'In which.';
        comment on column recs.exposures.arm is 'By its name in the experiment; it stays.';
        comment on column recs.exposures.shopper_id is
            'Who; null: an anonymous visitor who did not sign in.';
        comment on column recs.exposures.session_id is
            'Anonymous visitor who agreed to measurement, also if they signed in later; null: it '
            'was a shopper.';
        create unique index exposures_of_shopper
            on recs.exposures (shopper_id, experiment) where shopper_id is not null;
        create unique index exposures_of_session
            on recs.exposures (session_id, experiment) where session_id is not null;

        grant select on recs.experiments to alsolike_app, alsolike_analyst;
        grant select, insert, update (shopper_id) on recs.exposures to alsolike_app;
        """
    )


def downgrade() -> None:
    """Drop the tables."""
    run_sql("drop table recs.exposures, recs.experiments;")
