"""Erasing shoppers for good, dropping what is too old, and telling shoppers what is kept."""
