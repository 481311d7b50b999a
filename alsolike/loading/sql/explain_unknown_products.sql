-- Say more of the events whose product is not there: that its own row was rejected in this load,
-- and where, or that there is one whose id lacks the `.0` that a spreadsheet or pandas adds.
-- products: name of this load's file of products, or null.
-- A row: one line of the file.
update left_out as l
set
    reason = l.reason || case
        when k.product_id is not null
            then ', and its row was rejected: line ' || k.line || ' of ' || %(products)s::text
        else ', and there is one ''' || shown(p.product_id) || ''''
    end
from staged as s
left join (
    select r.ids ->> 'product_id' as product_id, min(r.line) as line
    from raw.rejected_rows as r
    where r.source = %(products)s::text
    group by r.ids ->> 'product_id'
) as k on s.product_id = k.product_id
left join raw.products as p on regexp_replace(s.product_id, '[.]0+$', '') = p.product_id
where
    l.place = s.ctid
    and l.reason like '%%expected a product that is loaded'
    and (k.product_id is not null or p.product_id is not null)
