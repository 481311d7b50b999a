-- Who is connected to which database, and which of its rights are missing.
-- No parameters. One row: the user, the database, and the names of the rights.
select
    current_user::text as user_name,
    current_database()::text as database_name,
    array(
        select w.name
        from unnest(array['create', 'temporary']) as w (name)
        where not has_database_privilege(current_database(), w.name)
        order by w.name
    ) as missing
