-- Keep an evaluation.
-- split: 'time', 'next' or 'leave-one-out'; k: length of the lists; cutoff: null for the last;
-- shopper_count: shoppers who count; parameters: what it was run with, as JSON;
-- data_fingerprint: sha256 of the history.
-- A row: its number.
insert into recs.evaluations (split, k, cutoff, shopper_count, parameters, data_fingerprint)
values (
    %(split)s, %(k)s, %(cutoff)s, %(shopper_count)s, %(parameters)s, %(data_fingerprint)s
)
returning evaluation_id
