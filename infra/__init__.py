"""The CDK app: stacks compose, constructs create."""
