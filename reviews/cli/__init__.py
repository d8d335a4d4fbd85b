"""The command line `reviews`."""
