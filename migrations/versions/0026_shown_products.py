"""Groups of variants and sale prices as indexes; an id that comes to stand for another product.

The two indexes of groups are empty where no product is of a group: a look into one costs next to
nothing.
"""

from alsolike.revision_steps import run_alone, run_sql

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Build the indexes while the site reads and writes the products; create the trigger."""
    run_alone(
        "create index concurrently if not exists products_price_now "
        "on raw.products (least(price, sale_price), product_id)",
        "create index concurrently if not exists products_of_group "
        "on raw.products (item_group_id, product_id) where item_group_id is not null",
        "create index concurrently if not exists products_grouped "
        "on raw.products (product_id) include (item_group_id) where item_group_id is not null",
        "drop index concurrently if exists raw.products_price",
    )
    run_sql(
        """
        create function raw.words_of(p_text text) returns text []
        language sql
        immutable
        set search_path = pg_catalog, pg_temp
        as $$
            select coalesce(array_agg(distinct w.word), '{}')
            from regexp_split_to_table(lower(p_text), '[^[:alnum:]]+') as w (word)
            where length(w.word) >= 3 and w.word !~ '^[0-9]+$';
        $$;
        comment on function raw.words_of(text) is
            'The words of three letters and more, in lower case, without numbers.';

        create function raw.keep_former_products() returns trigger
        language plpgsql
        security definer
        set search_path = pg_catalog, pg_temp
        as $$
        declare
            columns text;
            found record;
            -- Of each product that its id stands for no more: that id, the one that it gets, and
            -- until when the events are its own; of equal length.
            reused text [] := '{}';
            kept text [] := '{}';
            ends timestamptz [] := '{}';
            guessed integer;
            changed integer;
        begin
            select
                coalesce(array_agg(c.product_id), '{}'),
                coalesce(
                    array_agg(
                        c.product_id || to_char(
                            now() at time zone 'UTC', '" (until "YYYY-MM-DD"T"HH24:MI:SS"Z)"'
                        )
                    ),
                    '{}'
                ),
                coalesce(array_agg(c.ends_at), '{}'),
                count(*) filter (where not c.was_removed)
            into reused, kept, ends, guessed
            from (
                select
                    a.product_id,
                    b.was_removed,
                    case
                        when a.created_at > b.created_at then least(a.created_at, now())
                        else now()
                    end as ends_at
                from after_change as a
                inner join (
                    select o.*, coalesce(to_jsonb(o) ->> 'removed_at' is not null, false)
                        as was_removed
                    from before_change as o
                ) as b on a.product_id = b.product_id
                where
                    a.title is distinct from b.title
                    and cardinality(raw.words_of(a.title)) > 0
                    and cardinality(raw.words_of(b.title)) > 0
                    and not raw.words_of(a.title) && raw.words_of(b.title)
                    and (
                        b.was_removed
                        or a.created_at > b.created_at
                        or (
                            cardinality(raw.words_of(a.category)) > 0
                            and cardinality(raw.words_of(b.category)) > 0
                            and not raw.words_of(a.category) && raw.words_of(b.category)
                        )
                    )
            ) as c;
            if cardinality(reused) = 0 then
                return null;
            end if;
            -- So many at once are the same products, told in other words, such as another language.
            select count(*) into changed from after_change;
            if guessed > 5 and guessed * 10 > changed then
                raise notice '% products have another title: they are taken for the same.', guessed;
                return null;
            end if;

            select string_agg(format('%I', t.attname), ', ' order by t.attnum) into columns
            from pg_attribute as t
            where
                t.attrelid = 'raw.products'::regclass
                and t.attnum > 0
                and not t.attisdropped
                and t.attgenerated = ''
                and t.attname not in ('product_id', 'is_hidden', 'is_in_stock', 'item_group_id');
            execute format(
                'insert into raw.products (product_id, is_hidden, is_in_stock, %1$s) '
                'select f.kept_id, true, false, %2$s '
                'from unnest($1, $2) as f (product_id, kept_id) '
                'inner join before_change as b on f.product_id = b.product_id '
                'on conflict (product_id) do nothing',
                columns,
                'b.' || replace(columns, ', ', ', b.')
            ) using reused, kept;

            -- What was done before is done with the former product, which keeps its texts' vectors.
            for found in
                select *
                from (
                    values
                        ('raw.purchases', 'purchased_at', true),
                        ('raw.views', 'viewed_at', true),
                        ('raw.reviews', 'reviewed_at', true),
                        ('raw.basket_additions', 'added_at', true),
                        ('raw.clicks', 'clicked_at', true),
                        ('recs.hides', 'hidden_at', false),
                        ('recs.embeddings', null, false),
                        ('recs.product_vectors', null, false),
                        ('recs.product_priors', null, false),
                        ('recs.neighbours', null, false)
                ) as t (name, happened_at, is_loaded)
                where to_regclass(t.name) is not null
            loop
                execute format(
                    'update %1$s as e set product_id = f.kept_id%2$s '
                    'from unnest($1, $2, $3) as f (product_id, kept_id, ends_at) '
                    'where e.product_id = f.product_id%3$s',
                    found.name,
                    case when found.is_loaded then ', loaded_at = now()' else '' end,
                    case
                        when found.happened_at is null then ''
                        else format(' and e.%I < f.ends_at', found.happened_at)
                    end
                ) using reused, kept, ends;
            end loop;
            update recs.neighbours as n
            set neighbour_id = f.kept_id
            from unnest(reused, kept) as f (product_id, kept_id)
            where n.neighbour_id = f.product_id;
            return null;
        end;
        $$;
        comment on function raw.keep_former_products() is
            'Where an id came to stand for another product, keep the former one, hidden, under an '
            'id of its own, with what was done with it and what was learned of it.';
        create trigger products_reused after update on raw.products
            referencing old table as before_change new table as after_change
            for each statement execute function raw.keep_former_products();
        revoke all on function raw.words_of(text), raw.keep_former_products() from public;
        """
    )


def downgrade() -> None:
    """Build the index over the price again, and drop the others and the trigger."""
    run_sql(
        """
        drop trigger products_reused on raw.products;
        drop function raw.keep_former_products();
        drop function raw.words_of(text);
        drop index raw.products_grouped, raw.products_of_group, raw.products_price_now;
        create index products_price on raw.products (price, product_id);
        """
    )
