-- Whether an event counts by its time. One of the future does not, until its time has come; up to a
-- minute ahead is taken for now, because the clocks of two machines differ.
-- p_at: time of the event; p_before: only events strictly before it count, null: all until now.
-- One expression without settings of its own, so that Postgres puts it in the caller's place.
create or replace function recs.has_happened(
    p_at timestamptz, p_before timestamptz default null
) returns boolean
language sql
stable
parallel safe
as $$
    select p_at < coalesce(p_before, 'infinity') and p_at <= now() + interval '1 minute';
$$;
