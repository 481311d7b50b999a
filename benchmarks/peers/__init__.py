"""The nearest-neighbour libraries that a shop could use instead, each behind the same handler."""
