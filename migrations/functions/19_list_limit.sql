-- How many products recs.few_eligible may list before a search goes by the filter instead.
-- p_way: how products are found, as of recs.recommend_by. By vectors: counting up to 1,000 takes
-- half the time of a look at the nearest products. By rank, a filter that keeps few is slow to
-- meet, so that a list of 4,000 is still worth it.
create or replace function recs.list_limit(p_way text) returns integer
language sql
immutable
as $$
    select case when p_way = 'vectors' then 1000 else 4000 end;
$$;
