"""How well models foretell what shoppers did next, measured so that it cannot flatter."""
