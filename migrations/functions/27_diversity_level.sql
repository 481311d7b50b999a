-- What a level of diversity means, as serving options that take the place of a model's own.
-- p_level: 'none', 'low', 'medium' or 'high'; null: the model's own, no options.
-- Another level raises invalid_parameter_value.
create or replace function recs.diversity_level(p_level text) returns jsonb
language plpgsql
immutable
as $$
begin
    if p_level not in ('none', 'low', 'medium', 'high') then
        raise invalid_parameter_value using message = format(
            'There is no diversity level %L: give none, low, medium or high.', p_level
        );
    end if;
    return case p_level
        when 'none' then '{"diversity": 0, "category_share": 1, "brand_share": 1}'
        when 'low' then '{"diversity": 0.1, "category_share": 0.7, "brand_share": 0.7}'
        when 'medium' then '{"diversity": 0.3, "category_share": 0.5, "brand_share": 0.5}'
        when 'high' then '{"diversity": 0.6, "category_share": 0.3, "brand_share": 0.3}'
    end::jsonb;
end;
$$;
