"""Reads files of reviews, by the same rules wherever one is read.

The preparation job and the command `reviews` both read with it, so what one takes the other takes.
It imports nothing of its project, runs on Python 3.10 and newer, and needs nothing but the standard
library, and pyarrow for Parquet.
"""
