-- What is said of the snapshot. A row: a key and its value.
create table meta (
    key text primary key,
    value text not null
) strict
