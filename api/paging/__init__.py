"""How a page of a list says where the next one begins."""
