"""What environments and runs cost on AWS."""
