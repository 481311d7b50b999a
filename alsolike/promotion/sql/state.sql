-- How far training and promoting ever came. No parameters.
-- One row: the name of the latest trained model, null where there is none, and whether anything was
-- ever promoted or refused.
select
    (
        select m.name
        from recs.models as m
        where m.kind = 'trained' and m.purpose = 'serve'
        order by m.model_id desc
        limit 1
    ) as trained,
    (select count(*) from recs.promotions) > 0 as is_decided;
