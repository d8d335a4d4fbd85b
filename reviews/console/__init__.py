"""A web page that shows the executions, the features and the endpoint of an environment.

Its server only calls AWS, through reviews/client, and stores nothing.
"""
