"""Whether the app can answer."""
