"""The statements of the local snapshot, in SQLite's dialect."""
