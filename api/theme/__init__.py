"""The shop's own name, logo, colours and texts."""
