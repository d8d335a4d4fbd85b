"""Athena's SQL on DuckDB: what a text says, what it becomes, and how Athena writes the answer."""
