"""The connection to AWS: boto3 clients, stacks and their outputs, the embedded AWS."""
