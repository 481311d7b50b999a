-- Erase a shopper: delete every row about them, in one transaction, and put them on the list of
-- erased shoppers. Runs with its owner's rights, so that the app may erase without the right to
-- delete.
-- Tables are those of ops.shopper_tables. The anonymous views of a session go if it is one of
-- ops.linked_sessions. Texts that quote the shopper (rejected rows, errors and notes of runs) go or
-- are cut; product texts with their reviews go, and the next transform makes them anew.
-- p_shopper_id: the shopper, known or not; p_shopper_hash: keyed hash of the id; p_key_id: which
-- key; p_source: who asks, see ops.erasures; p_erasure_id: number of the receipt, null: a new one.
-- Of a number that is known the receipt is given again, and nothing is done.
-- A row: the receipt as it is in ops.erasures.
create or replace function ops.erase_shopper(
    p_shopper_id text,
    p_shopper_hash bytea,
    p_key_id text,
    p_source text,
    p_erasure_id uuid default null
) returns ops.erasures
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    receipt ops.erasures;
    tally jsonb := '{}';
    sessions text [];
    visitors text [];
    reviewed text [];
    found record;
    condition text;
    deleted bigint;
    -- Where a text names the shopper: the id, or the 40 characters that messages show of a long
    -- one, not as a part of a longer word.
    named constant text := left(p_shopper_id, 40);
    word constant text :=
        '(?<![[:alnum:]])' || regexp_replace(named, '([].^$*+?(){}|\\[])', '\\\1', 'g')
        || '(?![[:alnum:]])';
begin
    -- Events of the shopper that are being recorded are waited for; later ones wait, and are kept
    -- no more. Two erasures of one shopper take turns, and a second one finds what the first did.
    perform pg_advisory_xact_lock(ops.shopper_lock(p_shopper_hash));
    select e.* into receipt from ops.erasures as e where e.erasure_id = p_erasure_id;
    if receipt.erasure_id is not null then
        return receipt;
    end if;
    insert into raw.erased_shoppers as e (shopper_hash, erased_at, key_id)
    values (p_shopper_hash, '-infinity', p_key_id)
    on conflict (shopper_hash) do update set key_id = excluded.key_id
    returning nullif(e.erased_at, '-infinity') into receipt.erased_before;

    sessions := ops.linked_sessions(p_shopper_id);
    visitors := array['shopper:' || p_shopper_id] || array(
        select 'session:' || s.session_id from unnest(sessions) as s (session_id)
    );
    reviewed := array(
        select distinct r.product_id from raw.reviews as r where r.shopper_id = p_shopper_id
    );

    -- What a pull keeps of its rows are ids.
    delete from ops.pulled_rows as k
    using (
        select 'shoppers' as view, p_shopper_id as row_id
        union all
        select 'purchases', p.purchase_id from raw.purchases as p where p.shopper_id = p_shopper_id
        union all
        select 'returns', t.return_id
        from raw.returns as t
        inner join raw.purchases as p on t.purchase_id = p.purchase_id
        where p.shopper_id = p_shopper_id
        union all
        select 'views', v.view_id from raw.views as v where v.shopper_id = p_shopper_id
        union all
        select 'views', v.view_id from raw.views as v where v.session_id = any(sessions)
        union all
        select 'reviews', r.review_id from raw.reviews as r where r.shopper_id = p_shopper_id
    ) as e
    where k.view = e.view and k.row_id = e.row_id;
    get diagnostics deleted = row_count;
    tally := tally || jsonb_build_object('ops.pulled_rows', deleted);

    -- A return names the purchase alone.
    delete from raw.returns as r
    using raw.purchases as p
    where r.purchase_id = p.purchase_id and p.shopper_id = p_shopper_id;
    get diagnostics deleted = row_count;
    tally := tally || jsonb_build_object('raw.returns', deleted);

    for found in
        select
            k.name,
            k.label,
            k.columns
        from ops.shopper_tables() as k
        -- Shoppers last: deleting one deletes the rows that refer to it, uncounted.
        order by k.name = 'raw.shoppers'::regclass, k.label
    loop
        select
            string_agg(
                case k.name
                    when 'shopper_id' then 'shopper_id = $1'
                    when 'visitor_id' then 'visitor_id = any($3)'
                    when 'session_id'
                        then
                            'session_id = any($2)'
                            || case
                                when 'shopper_id' = any(found.columns)
                                    then ' and shopper_id is null'
                                else ''
                            end
                end,
                ' or '
            )
        into condition
        from unnest(found.columns) as k (name);
        execute format('delete from %s where %s', found.name, condition)
        using p_shopper_id, sessions, visitors;
        get diagnostics deleted = row_count;
        tally := tally || jsonb_build_object(found.label, deleted);
    end loop;

    -- Texts of products that quote their reviews.
    if to_regclass('marts.product_documents') is not null then
        delete from marts.product_documents
        where part = 'details' and product_id = any(reviewed);
        get diagnostics deleted = row_count;
        tally := tally || jsonb_build_object('marts.product_documents', deleted);
    end if;
    if to_regclass('staging.int_product_review_texts') is not null then
        delete from staging.int_product_review_texts where product_id = any(reviewed);
        get diagnostics deleted = row_count;
        tally := tally || jsonb_build_object('staging.int_product_review_texts', deleted);
    end if;
    delete from ops.embedding_failures where part = 'details' and product_id = any(reviewed);
    get diagnostics deleted = row_count;
    tally := tally || jsonb_build_object('ops.embedding_failures', deleted);

    -- A rejected row of an earlier release has no hash: there its text decides.
    delete from raw.rejected_rows as r
    where
        r.shopper_hash = p_shopper_hash
        or (r.shopper_hash is null and (r.reason ~ word or r.ids ->> 'shopper_id' = p_shopper_id));
    get diagnostics deleted = row_count;
    tally := tally || jsonb_build_object('raw.rejected_rows', deleted);

    update ops.runs as r
    set
        -- It may quote the whole row.
        error = case when r.error ~ word then '(erased)' else r.error end,
        counts = ops.cut_texts(r.counts, word),
        arguments = ops.cut_texts(r.arguments, word)
    where
        r.error ~ word
        or ops.cut_texts(r.counts, word) <> r.counts
        or ops.cut_texts(r.arguments, word) <> r.arguments;
    get diagnostics deleted = row_count;
    tally := tally || jsonb_build_object('ops.runs', deleted);

    -- Triggers of the queue's tables find each other by the search path.
    perform
        set_config(
            'search_path',
            'pg_catalog, ' || (
                select c.relnamespace::regnamespace::text
                from pg_class as c
                where c.oid = 'ops.procrastinate_jobs'::regclass
            ) || ', pg_temp',
            true
        );
    delete from ops.procrastinate_jobs as j
    where
        jsonb_path_exists(
            j.args, '$.**.shopper_id ? (@ == $id)', jsonb_build_object('id', p_shopper_id)
        );
    get diagnostics deleted = row_count;
    tally := tally || jsonb_build_object('ops.procrastinate_jobs', deleted);

    -- Not now(): a transform that began since then may have read rows that are deleted here.
    receipt.erased_at := clock_timestamp();
    update raw.erased_shoppers as e
    set erased_at = receipt.erased_at
    where e.shopper_hash = p_shopper_hash;
    delete from raw.readmitted_shoppers as r where r.shopper_hash = p_shopper_hash;

    select coalesce(jsonb_object_agg(c.key, c.value), '{}')
    into tally
    from jsonb_each(tally) as c
    where c.value <> '0';
    insert into ops.erasures (
        erasure_id, erased_at, erased_before, source, counts, waits_for, completed_at
    )
    select
        coalesce(p_erasure_id, gen_random_uuid()),
        receipt.erased_at,
        receipt.erased_before,
        p_source,
        tally,
        w.steps,
        case when w.steps = '{}' then receipt.erased_at end
    from (
        select
            case
                when not tally ?| array[
                    'raw.purchases', 'raw.views', 'raw.reviews', 'marts.shopper_events'
                ] then '{}'
                -- Marts that were never built have nothing of them.
                when to_regclass('marts.shopper_events') is null then '{}'
                else
                    array['transform', 'embed']
                    || case
                        when exists (select from recs.models as m where m.kind = 'trained')
                            then array['train']
                        else '{}'
                    end
                    || case
                        when exists (select from ops.snapshots) then array['export']
                        else '{}'
                    end
            end as steps
    ) as w
    returning * into receipt;
    return receipt;
end;
$$;
