"""The metrics: formula, source, and what an empty truth or list counts as."""
