"""Reads files of reviews, by the same rules wherever they are read.

The preparation job and the command `reviews` both use it, so both accept the same files. Of its
project it imports contract alone; it runs on Python 3.10 and newer, and needs only the standard
library, and pyarrow for Parquet.
"""
