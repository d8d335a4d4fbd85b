"""The CDK side: stacks compose, constructs create, settings hold what differs."""
