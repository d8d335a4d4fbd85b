"""Files of the user: reviews, samples, and what is written for them."""
