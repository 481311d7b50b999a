"""The page of one product: its details and reviews, what goes with it and what is like it."""
