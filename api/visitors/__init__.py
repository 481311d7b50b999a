"""Who asks, and what they consent to."""
