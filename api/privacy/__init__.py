"""What shop systems ask for on behalf of people: their data, and to be forgotten."""
