"""The trained model: similarity spaces and priors, added up with weights learned from history."""
