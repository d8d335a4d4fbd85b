"""What one can ask of an environment; nothing here prints."""
