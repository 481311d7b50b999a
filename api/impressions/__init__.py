"""What lists showed, and what of it was seen and clicked on: written beside the answers."""
