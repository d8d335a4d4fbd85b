"""What all services use: the Cloud of a region, its records, errors, tags, pages of lists."""
