"""The site and the JSON API: routes → services → store."""
