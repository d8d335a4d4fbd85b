"""The Feature Store: groups, records and the offline store in Parquet."""
