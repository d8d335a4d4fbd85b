"""Models that were trained before: promotion to another environment, and rollback."""
