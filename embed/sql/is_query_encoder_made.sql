-- Whether an encoder's light copy was made, or tried, by a recipe.
-- encoder_id: the encoder; recipe: text.
-- One row.
select count(*) > 0 as is_made
from recs.query_encoders as q
where q.encoder_id = %(encoder_id)s and q.recipe = %(recipe)s
