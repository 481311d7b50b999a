"""Reviews that shoppers write on the site."""
