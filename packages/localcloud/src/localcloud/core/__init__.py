"""What every service stands on: the Cloud, its records, errors, pages of lists and tags."""
