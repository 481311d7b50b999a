"""The models that every other one is measured against.

Each learns from the known part of a split alone and scores the whole catalogue.
"""
