"""Snapshots: the catalogue and each product's neighbours, for when the database is away.

In S3, written by `export`:

    s3://bucket/prefix/<snapshot_id>/part-0000.parquet …   the neighbours
    s3://bucket/prefix/<snapshot_id>-products/…            the products, of a whole catalogue alone
    s3://bucket/prefix/<snapshot_id>/manifest.json         what the files hold, written after them
    s3://bucket/prefix/latest                              names the current snapshot, written last

`latest` names the last snapshot of the whole catalogue. One of a category or of a list of products
leaves it as it is: it would take every other product away from those who read `latest`. Its id is
printed, kept in `ops.snapshots` and all that is needed to read it.

On each machine's own disk, written by `fetch` out of S3:

    <home>/snapshot/<snapshot_id>.sqlite   the products and their neighbours, read-only
    <home>/snapshot/current.json           the pointer: which file is current, its size and sha256

The site reads the local file when the database is away. It imports `reader` and `local_file` alone:
the other modules need Parquet and S3, which the site does not carry.
"""
