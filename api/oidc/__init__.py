"""Signing in through the shop's own identity provider, by OpenID Connect."""
