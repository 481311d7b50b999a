"""Texts become words by the rules of their language, in lower case and without accents.

What makes words of texts is made here and not in `migrations/functions`: the words of all products
depend on it, so another way to make them needs a version that makes them all anew.
"""

from alsolike.revision_steps import drop_built, run_alone, run_sql

revision = "0029"
down_revision = "0028"
deletes = {"raw.shop_language": "language <> 'en'"}


def upgrade() -> None:
    """Make the functions and the triggers, then the words of every product, a batch at a time.

    A generated column would be computed for all rows under a lock that keeps readers out.
    """
    run_sql(
        r"""
        create table if not exists raw.shop_language (
            is_single boolean primary key default true check (is_single),
            language text not null check (language <> ''),
            is_applied boolean not null default true,
            set_at timestamptz not null default now()
        );
        comment on table raw.shop_language is
            'One row: the language of products that do not name theirs.';
        comment on column raw.shop_language.is_single is 'Always true: there is one row.';
        comment on column raw.shop_language.language is 'A BCP 47 tag such as de or pt-BR.';
        comment on column raw.shop_language.is_applied is
            'Whether the words of all products that name no language are of this one.';
        comment on column raw.shop_language.set_at is 'When it was set.';
        insert into raw.shop_language (language) values ('en') on conflict do nothing;
        grant select on raw.shop_language to alsolike_app, alsolike_analyst;

        create or replace function raw.search_configuration(p_language text)
        returns regconfig
        language sql
        immutable
        parallel safe
        return case split_part(replace(lower(p_language), '_', '-'), '-', 1)
            when 'ar' then 'pg_catalog.arabic'::regconfig
            when 'ca' then 'pg_catalog.catalan'::regconfig
            when 'da' then 'pg_catalog.danish'::regconfig
            when 'de' then 'pg_catalog.german'::regconfig
            when 'el' then 'pg_catalog.greek'::regconfig
            when 'en' then 'pg_catalog.english'::regconfig
            when 'es' then 'pg_catalog.spanish'::regconfig
            when 'eu' then 'pg_catalog.basque'::regconfig
            when 'fi' then 'pg_catalog.finnish'::regconfig
            when 'fr' then 'pg_catalog.french'::regconfig
            when 'ga' then 'pg_catalog.irish'::regconfig
            when 'hi' then 'pg_catalog.hindi'::regconfig
            when 'hu' then 'pg_catalog.hungarian'::regconfig
            when 'hy' then 'pg_catalog.armenian'::regconfig
            when 'id' then 'pg_catalog.indonesian'::regconfig
            when 'it' then 'pg_catalog.italian'::regconfig
            when 'lt' then 'pg_catalog.lithuanian'::regconfig
            when 'nb' then 'pg_catalog.norwegian'::regconfig
            when 'ne' then 'pg_catalog.nepali'::regconfig
            when 'nl' then 'pg_catalog.dutch'::regconfig
            when 'nn' then 'pg_catalog.norwegian'::regconfig
            when 'no' then 'pg_catalog.norwegian'::regconfig
            when 'pt' then 'pg_catalog.portuguese'::regconfig
            when 'ro' then 'pg_catalog.romanian'::regconfig
            when 'ru' then 'pg_catalog.russian'::regconfig
            when 'sr' then 'pg_catalog.serbian'::regconfig
            when 'sv' then 'pg_catalog.swedish'::regconfig
            when 'ta' then 'pg_catalog.tamil'::regconfig
            when 'tr' then 'pg_catalog.turkish'::regconfig
            when 'yi' then 'pg_catalog.yiddish'::regconfig
            else 'pg_catalog.simple'::regconfig
        end;
        comment on function raw.search_configuration is
            'The text search configuration of a language tag; simple where Postgres has none.';

        -- Lower case without the database's locale: in C it would know English letters alone.
        create or replace function raw.lowered_text(p_text text)
        returns text
        language plpgsql
        immutable
        parallel safe
        as $$
        declare
            composed text := p_text;
        begin
            if octet_length(p_text) = char_length(p_text) then
                return lower(p_text);
            end if;
            if p_text is not nfkc normalized then
                composed := normalize(p_text, nfkc);
            end if;
            -- Signs that are not seen, such as a soft hyphen, part no words.
            composed := regexp_replace(
                composed,
                '[\u00ad\u0640\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]', '', 'g'
            );
            -- Chinese and Japanese have no spaces between words: each sign is one.
            composed := regexp_replace(
                composed, '([\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff])', ' \1 ', 'g'
            );
            if lower('Ж') = 'ж' then
                return lower(composed);
            end if;
            return normalize(
                translate(
                    lower(normalize(composed, nfd)),
                    'АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЂЄЅІЈЉЊЋЏҐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ'
                    'ÆŒØĐÐÞŁĦŦŊ',
                    'абвгдежзиклмнопрстуфхцчшщъыьэюяђєѕіјљњћџґαβγδεζηθικλμνξοπρστυφχψω'
                    'æœøđðþłħŧŋ'
                ),
                nfc
            );
        end;
        $$;
        comment on function raw.lowered_text is
            'A text in lower case, with one code point per letter where Unicode has one.';

        -- й, ў and ї are letters of their own, which nobody leaves the mark of.
        create or replace function raw.without_accents(p_text text)
        returns text
        language plpgsql
        immutable
        parallel safe
        as $$
        declare
            plain text;
        begin
            -- Most texts in English and Russian have nothing to take away.
            if p_text !~ '[^\x01-\x7fа-я«»№°\u2010-\u2027]' then
                return p_text;
            end if;
            plain := regexp_replace(
                normalize(p_text, nfd),
                '[\u0300-\u0305\u0307\u0309-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2'
                '\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670]'
                '|(?<![иуИУ])\u0306|(?<![іІ])\u0308',
                '', 'g'
            );
            if plain ~ '[^\x01-\u024f]' then
                plain := normalize(plain, nfc);
            end if;
            if plain ~ '[ıøđðłħŧґςىةکیßæœþ]' then
                plain := translate(plain, 'ıøđðłħŧґςىةکی', 'ioddlhtгσيهكي');
                plain := replace(replace(replace(replace(
                    plain, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
            end if;
            return plain;
        end;
        $$;
        comment on function raw.without_accents is
            'A text in lower case without accents: é is e, ё is е, ß is ss, ł is l.';

        -- Stemmers need accents, and people leave them out: each word is stemmed with and without
        -- them, and the stems lose theirs. Both are at the place of the word.
        create or replace function raw.text_words(p_configuration regconfig, p_text text)
        returns tsvector
        language plpgsql
        immutable
        parallel safe
        as $$
        declare
            lowered text := raw.lowered_text(p_text);
            plain text;
            words tsvector;
        begin
            if octet_length(lowered) = char_length(lowered) then
                return to_tsvector(p_configuration, lowered);
            end if;
            plain := raw.without_accents(lowered);
            words := to_tsvector(p_configuration, lowered);
            if plain = lowered then
                return words;
            end if;
            return (
                raw.without_accents(words::text) || ' '
                || to_tsvector(p_configuration, plain)::text
            )::tsvector;
        end;
        $$;
        comment on function raw.text_words is
            'The words of a text as the search compares them: stems without accents.';

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
        comment on function raw.product_words is
            'The words of a product''s texts; those of title, then brand and category, weigh most.';

        alter table raw.products alter column search drop expression if exists;
        comment on column raw.products.search is
            'Words of the texts for full-text search: stems of the language, without accents.';

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
        comment on function raw.write_product_words is
            'Keeps raw.products.search to the texts and the language of the row.';
        create or replace trigger write_product_words
        before insert on raw.products
        for each row execute function raw.write_product_words();
        create or replace trigger rewrite_product_words
        before update of title, brand, category, description, language on raw.products
        for each row
        when (
            (old.title, old.brand, old.category, old.description, old.language)
            is distinct from
            (new.title, new.brand, new.category, new.description, new.language)
        )
        execute function raw.write_product_words();
        """
    )
    run_alone(
        """
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
                    p.title, p.brand, p.category, p.description
                )
                where p.product_id > last and p.product_id <= upto;
                commit;
                last := upto;
            end loop;
        end;
        $$
        """,
        "create index concurrently if not exists products_language "
        "on raw.products (language) where language is not null",
        "analyze raw.products",
    )


def downgrade() -> None:
    """Have English words again, without the views that dbt built on the column."""
    for schema in ("marts", "staging"):
        drop_built(schema, kind="view")
    run_sql(
        """
        drop trigger write_product_words on raw.products;
        drop trigger rewrite_product_words on raw.products;
        drop index raw.products_language;
        alter table raw.products drop column search;
        alter table raw.products add column search tsvector generated always as (
            setweight(to_tsvector('english', title), 'A')
            || setweight(
                to_tsvector('english', coalesce(brand, '') || ' ' || coalesce(category, '')), 'B'
            )
            || setweight(to_tsvector('english', coalesce(description, '')), 'C')
        ) stored;
        create index products_search on raw.products using gin (search);
        comment on column raw.products.search is
            'Words of the texts for full-text search, in English.';
        drop function raw.write_product_words, raw.product_words, raw.text_words,
            raw.without_accents, raw.lowered_text, raw.search_configuration;
        drop table raw.shop_language;
        """
    )
