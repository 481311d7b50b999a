-- Give an encoder its pooling, if it was registered before poolings were kept.
-- encoder_id: whose; pooling: what follows the transformer.
update recs.encoders
set pooling = %(pooling)s
where encoder_id = %(encoder_id)s and pooling is null
