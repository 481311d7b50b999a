-- Keep what is known of an encoder's light copy, or why there is none.
-- encoder_id: the encoder; recipe, fingerprint, prefix: texts; agreement: mean cosine to the
-- encoder's own vectors; least_similarity: cosine that noise reaches; least_letters: letters per
-- piece that a query needs; failure: why there is none, else null.
insert into recs.query_encoders (
    encoder_id, recipe, fingerprint, prefix, agreement, least_similarity, least_letters,
    failure
)
values (
    %(encoder_id)s, %(recipe)s, %(fingerprint)s, %(prefix)s, %(agreement)s, %(least_similarity)s,
    %(least_letters)s, %(failure)s
)
