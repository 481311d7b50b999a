-- Change what a session that has not expired holds, but for who it is of.
-- session_hash: SHA-256 of its id; data: the keys to write, as JSON text; hide, show: a product to
-- add to the list that is hidden, or to take from it, null: none; most: products in it at most, the
-- latest.
-- A row: what the session holds now, as JSON text; none where it is over.
update ops.sessions as s
set
    data = s.data || %(data)s::text::jsonb
    || case
        when %(hide)s::text is null and %(show)s::text is null then '{}'
        else
            jsonb_build_object(
                'hidden', (
                    select coalesce(jsonb_agg(l.product_id order by l.place), '[]')
                    from (
                        select
                            h.product_id,
                            h.place
                        from (
                            select
                                o.product_id,
                                o.place
                            from
                                jsonb_array_elements_text(
                                    coalesce(s.data -> 'hidden', '[]')
                                ) with ordinality as o (product_id, place)
                            where
                                o.product_id is distinct from %(hide)s::text
                                and o.product_id is distinct from %(show)s::text
                            union all
                            select
                                %(hide)s::text,
                                9223372036854775807
                            where %(hide)s::text is not null
                        ) as h
                        order by h.place desc
                        limit %(most)s::integer
                    ) as l
                )
            )
    end
where s.session_hash = %(session_hash)s::bytea and s.expires_at > now()
returning s.data::text as data
