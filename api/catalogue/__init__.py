"""Products, categories and reviews."""
