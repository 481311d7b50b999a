"""Returns: what was bought and came back, as rows that stay.

`raw.purchases.returned_quantity` is the sum of a purchase's returns, so that a request need not
look them up. Triggers keep it, whoever writes the returns.
"""

from alsolike.revision_steps import drop_built, run_sql

revision = "0025"
down_revision = "0021"
deletes = {"raw.returns": "true"}


def upgrade() -> None:
    """Create the table, the sum, and the triggers that keep it."""
    run_sql(
        """
        create table raw.returns (
            return_id text primary key,
            purchase_id text not null,
            returned_at timestamptz not null,
            quantity integer check (quantity > 0),
            loaded_at timestamptz not null default now()
        );
        comment on table raw.returns is
            'One row per return, refund or cancellation of a purchase. Personal data.';
        comment on column raw.returns.return_id is
            'The shop''s own id of the return; status:<purchase_id> where the status of the '
            'purchase says it.';
        comment on column raw.returns.purchase_id is 'What is taken back.';
        comment on column raw.returns.returned_at is
            'When it was taken back; of a status, when it was loaded.';
        comment on column raw.returns.quantity is 'How many pieces; null: all.';
        comment on column raw.returns.loaded_at is 'When the row was written.';
        create index returns_of_purchase on raw.returns (purchase_id);
        grant select, insert on raw.returns to alsolike_app;

        -- Not valid, because a look at every purchase would hold the shop up; all begin with 0.
        alter table raw.purchases
            add column returned_quantity integer not null default 0,
            add constraint purchases_returned
            check (returned_quantity between 0 and quantity) not valid;
        comment on column raw.purchases.returned_quantity is
            'How many of them were taken back, by raw.returns. One that was taken back whole '
            'counts nowhere.';

        create function raw.count_returned() returns trigger
        language plpgsql
        security definer
        set search_path = pg_catalog, pg_temp
        as $$
        begin
            -- Two returns of a purchase at once: the second waits here, and then sees the first.
            perform
            from raw.purchases as p
            where p.purchase_id in (select c.purchase_id from changed as c)
            order by p.purchase_id
            for update;

            update raw.purchases as p
            set returned_quantity = s.returned_quantity, loaded_at = now()
            from (
                select
                    b.purchase_id,
                    least(
                        b.quantity,
                        coalesce(
                            sum(
                                case when r.return_id is not null
                                    then coalesce(r.quantity, b.quantity)
                                end
                            ),
                            0
                        )
                    ) as returned_quantity
                from raw.purchases as b
                left join raw.returns as r on b.purchase_id = r.purchase_id
                where b.purchase_id in (select c.purchase_id from changed as c)
                group by b.purchase_id
            ) as s
            where
                p.purchase_id = s.purchase_id
                and p.returned_quantity <> s.returned_quantity;
            return null;
        end;
        $$;
        comment on function raw.count_returned() is
            'Sum the returns of the purchases whose returns were written or deleted.';
        create trigger returns_inserted after insert on raw.returns
            referencing new table as changed
            for each statement execute function raw.count_returned();
        create trigger returns_updated after update on raw.returns
            referencing new table as changed
            for each statement execute function raw.count_returned();
        create trigger returns_deleted after delete on raw.returns
            referencing old table as changed
            for each statement execute function raw.count_returned();

        create function raw.delete_returns() returns trigger
        language plpgsql
        security definer
        set search_path = pg_catalog, pg_temp
        as $$
        begin
            delete from raw.returns as r
            where r.purchase_id in (select d.purchase_id from deleted as d);
            return null;
        end;
        $$;
        comment on function raw.delete_returns() is 'Delete the returns of deleted purchases.';
        create trigger purchases_deleted after delete on raw.purchases
            referencing old table as deleted
            for each statement execute function raw.delete_returns();
        revoke all on function raw.count_returned(), raw.delete_returns() from public;
        """
    )


def downgrade() -> None:
    """Drop them, and the views that dbt built on the sum."""
    for schema in ("marts", "staging"):
        drop_built(schema, kind="view")
    run_sql(
        """
        drop trigger purchases_deleted on raw.purchases;
        drop table raw.returns;
        drop function raw.delete_returns();
        drop function raw.count_returned();
        alter table raw.purchases drop column returned_quantity;
        """
    )
