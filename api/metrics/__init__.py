"""What the app counts of itself."""
