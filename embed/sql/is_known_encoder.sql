-- Whether an encoder was registered before.
-- sha256: of its weights. One row.
select exists(
    select from recs.encoders as e
    where e.sha256 = %(sha256)s
) as is_known
