"""The checks of `reviews doctor`: what an environment needs before it is deployed and run."""
