"""What has to be right before an environment can be deployed and run."""
