"""Local files of the user: reviews, samples, outputs, and their upload to S3."""
