"""Processing and training jobs: their records, programs, data and logs."""
