"""Postgres and S3 servers that a command starts for itself when no variable names one.

Each server belongs to one home folder and is shared by all commands of that home: the first one
starts it, the last one stops it.
"""

from alsolike.embedded.lifecycle import embedded_servers

__all__ = ["embedded_servers"]
