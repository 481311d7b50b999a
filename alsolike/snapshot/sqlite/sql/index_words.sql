-- For the search: an index of words over the products' own texts.
create virtual table words using fts5 (
    title, brand, category, description, content = 'products', content_rowid = 'number',
    tokenize = 'porter unicode61'
)
