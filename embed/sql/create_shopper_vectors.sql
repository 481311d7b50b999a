-- A table of this session for the vector of each shopper. Personal data: it goes with the session.
-- A row: shopper_number, embedding: halfvec of unit length.
create temporary table shopper_vectors (
    shopper_number integer primary key,
    embedding halfvec not null
)
