-- Make the table in which Alembic keeps the revision, as Alembic itself makes it.
create table ops.schema_revision (
    version_num varchar(32) not null,
    constraint schema_revision_pkc primary key (version_num)
)
