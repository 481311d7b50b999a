"""What the routes offer, on top of the store's queries."""
