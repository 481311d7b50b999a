-- How many products recs.few_eligible may list before a search goes by the filter instead.
-- p_way: 'vectors', 'neighbours' or 'popular', as of recs.recommend_with_reasons; another raises
-- invalid_parameter_value. By vectors: counting up to 1,000 takes half the time of a look at the
-- nearest products. By rank, a filter that keeps few is slow to meet, so that a list of 4,000 is
-- still worth it.
create or replace function recs.list_limit(p_way text) returns integer
language plpgsql
immutable
as $$
begin
    if p_way is null or p_way not in ('vectors', 'neighbours', 'popular') then
        raise invalid_parameter_value using
            message = format('Products are found by vectors, neighbours or popular, not %L.', p_way);
    end if;
    return case when p_way = 'vectors' then 1000 else 4000 end;
end;
$$;
