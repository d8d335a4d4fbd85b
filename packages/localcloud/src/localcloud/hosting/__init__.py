"""Models that are served: endpoints and batch transform."""
