"""What shoppers do with what is kept of them: get it, correct it, and erase it."""
