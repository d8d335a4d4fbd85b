"""HTTP requests become operations, and their outputs responses, by botocore's service models."""
