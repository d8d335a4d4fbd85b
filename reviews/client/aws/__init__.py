"""An environment in its AWS account: clients, stacks and their outputs."""
