"""The offline feature store, queried with Athena."""
