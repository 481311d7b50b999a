"""The embedding worker: claim stale texts, encode them, write their vectors, then take the steps.

`batches` claims, encodes and writes; `steps` lists what follows. `run` does both in the foreground;
`worker` does them again and again, with the queue of `tasks`.
"""
