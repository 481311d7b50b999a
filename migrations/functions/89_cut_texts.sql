-- JSON with `(erased)` in place of each text in it that matches; names of fields stay.
-- p_json: any JSON; p_pattern: a regular expression.
create or replace function ops.cut_texts(p_json jsonb, p_pattern text) returns jsonb
language plpgsql
immutable
as $$
begin
    return case jsonb_typeof(p_json)
        when 'string' then
            case when p_json #>> '{}' ~ p_pattern then '"(erased)"' else p_json end
        when 'array' then
            coalesce(
                (
                    select jsonb_agg(ops.cut_texts(a.value, p_pattern) order by a.place)
                    from jsonb_array_elements(p_json) with ordinality as a (value, place)
                ),
                '[]'
            )
        when 'object' then
            coalesce(
                (
                    select jsonb_object_agg(o.key, ops.cut_texts(o.value, p_pattern))
                    from jsonb_each(p_json) as o
                ),
                '{}'
            )
        else p_json
    end;
end;
$$;
