-- The products that answer a full-text query, best first: those whose title is the query itself,
-- then those of that brand, then those that have the words themselves and no form of another word.
-- Of those that match, 5,000 are ranked.
-- p_words: the query; p_narrow: the query of the words themselves, null: there is none; p_typed:
-- what people typed, in lower case, without accents; p_category: path of a category, itself and
-- all below it, null: any; p_exact: what people typed, where it excludes words by the rules of each
-- product's language, null: it does not; p_most: rows wanted, null: all; p_also: products wanted
-- wherever they come.
-- Arrays of equal length, null for none: the product ids; their places, from 1; exactness, 2 where
-- the title is what was typed, 1 where the brand is, else 0; and the groups of variants that they
-- are of.
create or replace function recs.products_with_words(
    p_words tsquery, p_narrow tsquery, p_typed text, p_category text, p_exact text, p_most integer,
    p_also text [],
    out product_ids text [], out places integer [], out exactness integer [],
    out variant_group_ids text []
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
-- A plan for any words goes by the index, which lists all that match before the first is ranked. To
-- plan for these words takes longer than to find a rare one.
set plan_cache_mode = force_generic_plan
as $$
declare
    most_ranked constant integer := 5000;
    long_list constant integer := 100000;
begin
    -- Where that list may be long, the planner must know the words: for common ones it reads the
    -- table until enough match.
    if (
        select c.reltuples > long_list from pg_class as c where c.oid = 'raw.products'::regclass
    ) then
        perform set_config('plan_cache_mode', 'force_custom_plan', true);
    end if;
    select
        array_agg(r.product_id order by r.place),
        array_agg(r.place order by r.place),
        array_agg(r.exactness order by r.place),
        array_agg(r.variant_group_id order by r.place)
    into product_ids, places, exactness, variant_group_ids
    from (
        select
            s.product_id,
            s.variant_group_id,
            s.exactness,
            row_number() over (
                order by s.closeness desc, s.relevance desc, s.product_id asc
            ) as place
        from (
            select
                m.product_id,
                m.variant_group_id,
                m.exactness,
                2 * m.exactness + m.is_narrow::integer as closeness,
                m.relevance
            from (
                select
                    p.product_id,
                    p.variant_group_id,
                    ts_rank_cd(p.search, p_words) as relevance,
                    p_words = p_narrow or p.search @@ p_narrow as is_narrow,
                    case
                        when recs.is_same_text(p.title, p_typed) then 2
                        when recs.is_same_text(p.brand, p_typed) then 1
                        else 0
                    end as exactness
                from raw.products as p
                where
                    p.search @@ p_words
                    and not p.is_hidden
                    and (
                        p_category is null or p.category = p_category
                        or starts_with(p.category, p_category || ' > ')
                    )
                    -- What is excluded is excluded by the rules of the product's language.
                    and (
                        p_exact is null
                        or p.search @@ recs.typed_query(
                            p_exact,
                            raw.search_configuration(
                                coalesce(
                                    p.language, (select l.language from raw.shop_language as l)
                                )
                            )
                        )
                    )
                limit most_ranked
            ) as m
            -- To sort them all takes as long as to find them.
            order by closeness desc, m.relevance desc, m.product_id asc
            limit case when p_also = '{}' then p_most end
        ) as s
    ) as r
    where p_most is null or r.place <= p_most or r.product_id in (select unnest(p_also));
end;
$$;
