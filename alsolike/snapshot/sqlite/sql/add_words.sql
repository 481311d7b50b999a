-- Index the words of all products; folded() is alsolike.folding's.
insert into words (rowid, title, brand, category, description)
select
    p.number,
    folded(p.title),
    folded(p.brand),
    folded(p.category),
    folded(p.description)
from products as p
