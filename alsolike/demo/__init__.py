"""The demo shop: invented products, shoppers and history with structure worth learning."""
