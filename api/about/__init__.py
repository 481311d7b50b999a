"""Pages that explain the shop to shoppers: how recommendations are made, and what is kept."""
