"""The basket's page, the checkout, and orders: an order is its purchases."""
