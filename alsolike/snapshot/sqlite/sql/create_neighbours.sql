-- The nearest products of each product. A row: a neighbour with its rank from 1 and its score.
-- Products are named by their number, which is shorter.
create table neighbours (
    product_number integer not null,
    rank integer not null,
    neighbour_number integer not null,
    score real not null,
    primary key (product_number, rank)
) strict, without rowid
