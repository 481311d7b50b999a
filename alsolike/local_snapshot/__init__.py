"""The last verified snapshot as one read-only SQLite file on this machine's own disk.

    <home>/snapshot/current.json           which file is current, its size and its sha256
    <home>/snapshot/<snapshot_id>.sqlite   products, their neighbours, what is popular

`alsolike fetch` writes them, the file first and the pointer last, each under another name that is
then changed at once. The site reads them when the database is away, and only the modules `layout`
and `reader` of this package: `fetch` needs Parquet and S3, which the site does not carry.
"""
