"""The offline feature store, asked by Athena."""
