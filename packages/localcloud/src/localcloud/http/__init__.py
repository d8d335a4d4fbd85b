"""From bytes of HTTP to operations and back, by the service models of botocore."""
