-- The model whose vectors a query's vector is compared with: the serving one, if both are of one
-- encoder; vectors of two encoders cannot be compared.
-- p_words: the query as it was typed; p_encoder_id: the encoder of its vector.
-- One row at most: model_id and the least cosine similarity that counts as found. No row: the words
-- alone answer, as always with operators (recs.is_exact_search), which a vector cannot express.
-- Its plan is kept: in the place of its call it would be planned with every search.
create or replace function recs.search_space(p_words text, p_encoder_id integer)
returns table (model_id integer, least_similarity real)
language plpgsql
stable
rows 1
set search_path = pg_catalog, public, pg_temp
as $$
begin
    if recs.is_exact_search(p_words) then
        return;
    end if;
    return query
    select m.model_id, q.least_similarity
    from recs.serving_model as s
    inner join recs.models as m on s.model_id = m.model_id
    inner join recs.query_encoders as q on m.encoder_id = q.encoder_id
    where
        m.encoder_id = p_encoder_id
        and q.failure is null;
end;
$$;
