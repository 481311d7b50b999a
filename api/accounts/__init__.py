"""Accounts of shoppers: signing up and in, passwords, mailed links, and the page of an account."""
