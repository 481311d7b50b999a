"""The language of a page: which ones there are, which one a visitor reads, and texts in it."""
