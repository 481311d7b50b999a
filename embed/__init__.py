"""The embedding worker: claim stale texts, encode them, write their vectors.

One module per stage: `claim`, `encoder` and `encode`, `write`, `actions`; `tasks` puts them on the
queue and `run` runs them, in the foreground or as a worker.
"""
