"""The Feature Store: groups, records and the offline store in Parquet.

`record` checks a record by the `schema` of its group, and keeps it in `online` and in the `spool`,
from which `offline` writes it to S3 later.
"""
