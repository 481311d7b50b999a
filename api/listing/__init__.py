"""Filters and orders of the lists on the pages of a category and of a search."""
