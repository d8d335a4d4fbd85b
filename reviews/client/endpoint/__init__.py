"""The endpoint of an environment: predictions, and stopping and starting it."""
