"""Sessions: what the site knows of a visitor from one request to the next, kept in Postgres."""
