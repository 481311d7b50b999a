"""Connections to Postgres: the pools, what a client may use of them, and how they fail."""
