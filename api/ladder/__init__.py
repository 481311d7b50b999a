"""The ladder: from where a read is answered when something is slow or away.

live → precomputed neighbours → recently popular → the last verified snapshot on the local disk.
Each step has a time limit and a circuit breaker; a step that keeps failing is not tried for a
while, and without a database nobody waits for one.
"""
