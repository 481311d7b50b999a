-- For the search: an index of the words of the products' texts, as alsolike.folding makes them;
-- the texts themselves are not kept.
create virtual table words using fts5 (
    title, brand, category, description, content = '', tokenize = 'porter unicode61'
)
