"""The queries of the app, one function each; none commits."""
