-- Delete what was kept for one purpose of somebody who does not agree to it: for personalisation
-- their looks and what they put into baskets, for measurement their clicks, what lists showed
-- them, and their arms of experiments. Purchases, reviews and hidden products were not kept for it.
-- Runs with its owner's rights: the app may delete no events by itself.
-- p_purpose: 'personalisation' or 'measurement'; p_shopper_id: a shopper, null: none. Nothing of
-- them is deleted while they agree; p_session_id: random id of an anonymous visitor, null: none.
-- What was done in it while signed in is the shopper's, and stays.
-- How many rows were deleted.
create or replace function raw.forget_actions(
    p_purpose text, p_shopper_id text, p_session_id text
) returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    -- Null: nobody, or somebody who agrees.
    refusing constant text := (
        select p_shopper_id
        where
            not exists (
                select from raw.current_consents as c
                where
                    c.shopper_id = p_shopper_id
                    and c.purpose = p_purpose
                    and c.is_granted
            )
    );
    found text;
    deleted integer;
    total integer := 0;
begin
    foreach found in array
        case p_purpose
            when 'personalisation' then array['raw.views', 'raw.basket_additions']
            when 'measurement' then array['raw.clicks', 'recs.impressions', 'recs.exposures']
            else '{}'
        end
    loop
        execute format(
            'delete from %s where shopper_id = $1 or (session_id = $2 and shopper_id is null)',
            found::regclass
        )
        using refusing, p_session_id;
        get diagnostics deleted = row_count;
        total := total + deleted;
    end loop;
    return total;
end;
$$;
