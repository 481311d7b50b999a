"""The shops that tests visit: what is in them, and the databases that hold them."""
