-- Count an attempt for each of some keys, by the generic cell rate algorithm; nothing is counted
-- for a key that has none left.
-- key_hashes: keyed hashes of what is counted; most: attempts that may come at once, of each key;
-- seconds: until one more may come, of each key.
-- A row: the seconds to wait where one of the keys had none left, null otherwise.
with asked as (
    select
        a.key_hash,
        a.most,
        a.seconds * interval '1 second' as pause
    from unnest(
        %(key_hashes)s::bytea [], %(most)s::integer [], %(seconds)s::double precision []
    ) as a (key_hash, most, seconds)
),

taken as (
    insert into ops.account_attempts as t (key_hash, free_at)
    select
        a.key_hash,
        now() + a.pause
    from asked as a
    -- In one order, so that two requests do not wait for each other.
    order by a.key_hash
    on conflict (key_hash) do update
        set free_at = greatest(t.free_at, now()) + (excluded.free_at - now())
        where greatest(t.free_at, now()) - now() <= (
            select (a.most - 1) * a.pause
            from asked as a
            where a.key_hash = t.key_hash
        )
    returning t.key_hash
)

select
    max(
        extract(epoch from t.free_at - now() - (a.most - 1) * a.pause)
    )::double precision as wait_seconds
from asked as a
inner join ops.account_attempts as t on a.key_hash = t.key_hash
where not exists (select 1 from taken as k where k.key_hash = a.key_hash)
