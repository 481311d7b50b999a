"""What running experiments change in lists, and who was given which arm."""
