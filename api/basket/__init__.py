"""What lies in a visitor's basket, in the database; its pages are in `api.orders`."""
