-- What a shopper or an anonymous session did before a long visit: recs.recent_actions reads so many
-- events, and of such a visit all of them may be.
-- p_shopper_id, p_session_id, p_actions: as in recs.stored_actions; p_acted: the events
-- that were read, the latest first; p_as_of: the moment in question, null: now.
-- A row: as of recs.stored_actions. None unless more than p_actions of the events are of the visit.
-- The visit goes on before the events that were read as long as views are at most half an hour
-- apart; what is 24 steps of up to half an hour before them counts as before it. A step reads the
-- two ends of a range of an index.
create or replace function recs.actions_before_visit(
    p_shopper_id text, p_session_id text, p_actions integer, p_acted recs.action [],
    p_as_of timestamptz
) returns table (kind text, event_id text, product_id text, acted_at timestamptz)
language plpgsql
stable
rows 100
set search_path = pg_catalog, public, pg_temp
set plan_cache_mode = force_generic_plan
as $$
declare
    in_visit constant integer := recs.visit_length(p_acted, p_as_of);
    began timestamptz := p_acted[in_visit].acted_at;
    earlier timestamptz;
    -- Null: nobody, or somebody without consent.
    consenting text;
begin
    if in_visit <= p_actions then
        return;
    end if;
    consenting := (
        select c.shopper_id from raw.consenting_shoppers as c where c.shopper_id = p_shopper_id
    );
    for step in 1..24 loop
        earlier := least(
            (
                select min(v.viewed_at)
                from raw.views as v
                where
                    v.shopper_id = consenting
                    and v.viewed_at >= began - interval '30 minutes'
                    and v.viewed_at < began
            ),
            (
                select min(v.viewed_at)
                from raw.views as v
                where
                    v.session_id = p_session_id
                    and v.shopper_id is null
                    and v.viewed_at >= began - interval '30 minutes'
                    and v.viewed_at < began
                    and (p_shopper_id is null or consenting is not null)
            )
        );
        exit when earlier is null;
        began := earlier;
    end loop;
    return query
    select a.kind, a.event_id, a.product_id, a.acted_at
    from recs.stored_actions(p_shopper_id, p_session_id, began, p_actions) as a;
end;
$$;
