-- Whether a stored event is of a product by the id that was sent: of the product that has it, or of
-- a former one, whose id got an ending when it came to stand for another product
-- (raw.keep_former_products).
-- kept: product of the stored event; given: id that was sent.
create or replace function raw.is_of_product(kept text, given text) returns boolean
language sql
immutable
parallel safe
return kept = given or starts_with(kept, given || ' (until ');
