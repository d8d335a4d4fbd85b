"""What a user does with an environment: a library, its command line and its pages."""
