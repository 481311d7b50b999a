"""The shared core of alsolike: settings, database access, loading, transforming, snapshots, CLI."""
