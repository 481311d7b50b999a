-- Register an encoder. The caller holds the lock of the models.
-- name, revision: where it is found; sha256: of the weights; document_prompt, query_prompt: what
-- stands before texts; pooling: what follows the transformer; dimension: length of its vectors.
-- One row: encoder_id.
insert into recs.encoders (
    name, revision, sha256, document_prompt, query_prompt, pooling, dimension
)
values (
    %(name)s,
    %(revision)s,
    %(sha256)s,
    %(document_prompt)s,
    %(query_prompt)s,
    %(pooling)s,
    %(dimension)s
)
returning encoder_id
