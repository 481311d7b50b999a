"""Experiments: shoppers are given one of several arms, and what they then do is compared."""
