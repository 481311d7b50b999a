-- Tell the planner what the tables hold: the file never changes again.
analyze
