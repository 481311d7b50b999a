"""Recommended products: like a product, with it, for somebody, for everybody."""
