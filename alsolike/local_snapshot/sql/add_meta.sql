-- Note something about the snapshot. Values: key, value.
insert into meta (key, value) values (?, ?)
