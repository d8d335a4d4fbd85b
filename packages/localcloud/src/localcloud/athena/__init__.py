"""Athena's SQL on DuckDB: parses statements, translates them, and formats results as Athena.

`statements` parses, in the `dialect`. `translation` makes the SQL of DuckDB: by `adaptation` of
nodes that mean something else there, with the table of `functions`. `engine` runs it, and `values`
makes the texts of its results. `catalog` answers SHOW and DESCRIBE.
"""
