"""HTTP manners: what every answer owes its client, whichever route gives it."""
