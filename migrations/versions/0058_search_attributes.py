"""What products are made of, and their colours and sizes, are found by searches too."""

from alsolike.revision_steps import run_alone, run_sql

revision = "0058"
down_revision = "0057"
deletes: dict[str, str] = {}

_TEXTS = "p.title, p.brand, p.category, p.description"
# In batches of a thousand products, so that nobody waits long for one of them.
_REWRITE = """
        do $$
        declare
            last text := '';
            upto text;
        begin
            loop
                select max(b.product_id) into upto
                from (
                    select p.product_id from raw.products as p
                    where p.product_id > last
                    order by p.product_id
                    limit 1000
                ) as b;
                exit when upto is null;
                update raw.products as p
                set search = raw.product_words(
                    raw.search_configuration(
                        coalesce(p.language, (select s.language from raw.shop_language as s))
                    ),
                    {parts}
                )
                where p.product_id > last and p.product_id <= upto and p.attributes <> '{{}}';
                commit;
                last := upto;
            end loop;
        end;
        $$
        """


def upgrade() -> None:
    """Give the search words a fifth part, and write them anew where there are attributes."""
    run_sql(
        """
        create or replace function raw.attribute_words(p_attributes jsonb)
        returns text
        language sql
        immutable
        parallel safe
        set search_path = pg_catalog, pg_temp
        as $$
            select left(string_agg(v.words, ' ' order by a.place, v.place), 2000)
            from jsonb_each(p_attributes) with ordinality as a (name, value, place)
            cross join lateral (
                select
                    case jsonb_typeof(e.value)
                        when 'boolean'
                            then case when e.value = 'true' then replace(a.name, '_', ' ') end
                        when 'string' then e.value #>> '{}'
                        when 'number' then e.value #>> '{}'
                    end as words,
                    e.place
                from jsonb_array_elements(
                    case
                        when jsonb_typeof(a.value) = 'array' then a.value
                        else jsonb_build_array(a.value)
                    end
                ) with ordinality as e (value, place)
            ) as v
            where v.words <> '';
        $$;
        comment on function raw.attribute_words is
            'What attributes say in words: their values, and the names of those that are true; '
            '2,000 characters at most.';

        create or replace function raw.product_words(
            p_configuration regconfig, p_title text, p_brand text, p_category text,
            p_description text, p_attributes jsonb
        ) returns tsvector
        language plpgsql
        immutable
        parallel safe
        as $$
        begin
            return
                setweight(raw.text_words(p_configuration, p_title), 'A')
                || setweight(
                    raw.text_words(
                        p_configuration, coalesce(p_brand, '') || ' ' || coalesce(p_category, '')
                    ),
                    'B'
                )
                || setweight(raw.text_words(p_configuration, coalesce(p_description, '')), 'C')
                || setweight(
                    raw.text_words(
                        p_configuration, coalesce(raw.attribute_words(p_attributes), '')
                    ),
                    'C'
                );
        end;
        $$;
        comment on function raw.product_words(regconfig, text, text, text, text, jsonb) is
            'The words of a product''s texts and attributes; those of title, then brand and '
            'category, weigh most.';

        create or replace function raw.write_product_words()
        returns trigger
        language plpgsql
        as $$
        begin
            new.search := raw.product_words(
                raw.search_configuration(
                    coalesce(new.language, (select s.language from raw.shop_language as s))
                ),
                new.title, new.brand, new.category, new.description, new.attributes
            );
            return new;
        end;
        $$;
        create or replace trigger rewrite_product_words
        before update of title, brand, category, description, attributes, language on raw.products
        for each row
        when (
            (old.title, old.brand, old.category, old.description, old.attributes, old.language)
            is distinct from
            (new.title, new.brand, new.category, new.description, new.attributes, new.language)
        )
        execute function raw.write_product_words();
        drop function if exists raw.product_words(regconfig, text, text, text, text);
        comment on column raw.products.search is
            'Words of the texts and attributes for full-text search: stems of the language, '
            'without accents.';
        -- The words of the catalogue are written anew with the next round.
        update recs.search_limits set loaded_at = null;
        """
    )
    run_alone(_REWRITE.format(parts=f"{_TEXTS}, p.attributes"), "analyze raw.products")


def downgrade() -> None:
    """Have the words of the texts alone again."""
    run_sql(
        """
        create or replace function raw.product_words(
            p_configuration regconfig, p_title text, p_brand text, p_category text,
            p_description text
        ) returns tsvector
        language plpgsql
        immutable
        parallel safe
        as $$
        begin
            return
                setweight(raw.text_words(p_configuration, p_title), 'A')
                || setweight(
                    raw.text_words(
                        p_configuration, coalesce(p_brand, '') || ' ' || coalesce(p_category, '')
                    ),
                    'B'
                )
                || setweight(raw.text_words(p_configuration, coalesce(p_description, '')), 'C');
        end;
        $$;
        comment on function raw.product_words(regconfig, text, text, text, text) is
            'The words of a product''s texts; those of title, then brand and category, weigh most.';
        create or replace function raw.write_product_words()
        returns trigger
        language plpgsql
        as $$
        begin
            new.search := raw.product_words(
                raw.search_configuration(
                    coalesce(new.language, (select s.language from raw.shop_language as s))
                ),
                new.title, new.brand, new.category, new.description
            );
            return new;
        end;
        $$;
        create or replace trigger rewrite_product_words
        before update of title, brand, category, description, language on raw.products
        for each row
        when (
            (old.title, old.brand, old.category, old.description, old.language)
            is distinct from
            (new.title, new.brand, new.category, new.description, new.language)
        )
        execute function raw.write_product_words();
        drop function raw.product_words(regconfig, text, text, text, text, jsonb);
        drop function raw.attribute_words;
        comment on column raw.products.search is
            'Words of the texts for full-text search: stems of the language, without accents.';
        """
    )
    run_alone(_REWRITE.format(parts=_TEXTS), "analyze raw.products")
