"""Athena's SQL on DuckDB: parses statements, translates them, and formats results as Athena."""
