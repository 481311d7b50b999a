-- Say more of the events whose product is not there: that its own row was rejected in this load,
-- and where, or that there is one whose id looks the same but for zeros that a tool took or added.
-- products: name of this load's file of products, or null.
-- A row: one line of the file.
with unknown as (
    select distinct s.product_id
    from left_out as l
    inner join staged as s on l.place = s.ctid
    where l.reason like '%%expected a product that is loaded'
),

rejected as (
    select r.ids ->> 'product_id' as product_id, min(r.line) as line
    from raw.rejected_rows as r
    where r.source = %(products)s::text
    group by r.ids ->> 'product_id'
),

alike as (
    select u.product_id, min(p.product_id) as known_id
    from unknown as u
    inner join raw.products as p on look(u.product_id) = look(p.product_id)
    group by u.product_id
),

explained as (
    select
        u.product_id,
        case
            when r.product_id is not null
                then ', and its row was rejected: line ' || r.line || ' of ' || %(products)s::text
            else ', and there is one ''' || shown(a.known_id) || ''''
        end as more
    from unknown as u
    left join rejected as r on u.product_id = r.product_id
    left join alike as a on u.product_id = a.product_id
    where r.product_id is not null or a.product_id is not null
)

update left_out as l
set reason = l.reason || e.more
from staged as s
inner join explained as e on s.product_id = e.product_id
where l.place = s.ctid and l.reason like '%%expected a product that is loaded'
