-- Which snapshot the file holds. A row: its id.
select m.value
from meta as m
where m.key = 'snapshot_id'
