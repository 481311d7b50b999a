-- The rows of the staged file that cannot be used, and why.
-- A row: one line of the file; place is its row's in the table staged.
create temporary table rejected (
    line bigint not null, place tid not null, reason text not null
) on commit drop
