"""Rejected rows belong to a run, and hold the ids of a row in place of its content.

A row's content is personal data that nobody needs to find the row: its file, line and ids do.
"""

from alsolike.revision_steps import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Keep the ids of what is there; the rest of the rows' content goes."""
    run_sql(
        """
        -- Every row is rewritten. Only a load reads or writes the table, so no page waits.
        set local statement_timeout = '15min';
        drop index raw.rejected_rows_once;
        alter table raw.rejected_rows
            add column run_id bigint references ops.runs on delete set null,
            add column ids jsonb not null default '{}';
        -- The first of several entries of one line is the one that a load today would make.
        delete from raw.rejected_rows as r
        using raw.rejected_rows as o
        where r.source = o.source and r.line = o.line and r.rejected_row_id > o.rejected_row_id;
        -- Of an event's row its own id and the product's; a shopper's only in the file of shoppers.
        update raw.rejected_rows as r
        set
            ids = coalesce((
                select jsonb_object_agg(e.key, left(e.value, 100))
                from jsonb_each_text(r.content::jsonb) as e
                where
                    e.value is not null
                    and e.value not like '%@%'
                    and (
                        e.key in ('product_id', 'purchase_id', 'view_id', 'review_id')
                        or (e.key = 'shopper_id' and starts_with(r.source, 'shoppers.'))
                    )
            ), '{}')
        where
            case
                when pg_input_is_valid(r.content, 'jsonb')
                    then jsonb_typeof(r.content::jsonb) = 'object'
                else false
            end;
        alter table raw.rejected_rows drop column content;
        -- Not concurrently: the table is locked since its column went, and no load may go without.
        create unique index rejected_rows_once on raw.rejected_rows (source, line);
        comment on table raw.rejected_rows is
            'One row per line of a file that its last load could not use. Personal data.';
        comment on column raw.rejected_rows.run_id is 'The load that rejected it.';
        comment on column raw.rejected_rows.ids is
            'What finds the row besides its line: its own id and its product''s.';
        """
    )


def downgrade() -> None:
    """Put the ids where the content was; the content itself is gone."""
    run_sql(
        """
        drop index raw.rejected_rows_once;
        alter table raw.rejected_rows add column content text;
        update raw.rejected_rows set content = ids::text;
        alter table raw.rejected_rows
            alter column content set not null,
            drop column ids,
            drop column run_id;
        create unique index rejected_rows_once
            on raw.rejected_rows (source, line, md5(content), reason);
        comment on table raw.rejected_rows is
            'One row per input row that could not be used, kept once however often it is loaded. '
            'Personal data.';
        """
    )
