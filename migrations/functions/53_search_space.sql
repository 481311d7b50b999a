-- Where the vector of a query is compared: the serving model, if its vectors are of the encoder
-- that the query's is of. Vectors of two encoders have nothing to say to each other.
-- p_words: the query as it was typed; p_encoder_id: the encoder of its vector.
-- One row at most: model_id and the least cosine similarity that means something. No row: the text
-- alone answers; always so where the query says "exactly", or or -without, which a vector cannot.
create or replace function recs.search_space(p_words text, p_encoder_id integer)
returns table (model_id integer, least_similarity real)
language sql
stable
as $$
    select m.model_id, q.least_similarity
    from recs.serving_model as s
    inner join recs.models as m on s.model_id = m.model_id
    inner join recs.query_encoders as q on m.encoder_id = q.encoder_id
    where
        m.encoder_id = p_encoder_id
        and q.failure is null
        and not recs.is_exact_search(p_words, recs.typed_query(p_words));
$$;
