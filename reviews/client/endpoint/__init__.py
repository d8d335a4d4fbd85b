"""The endpoint of an environment: predictions, and its lifecycle."""
