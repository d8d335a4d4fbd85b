"""Lineage: artifacts, actions, contexts, and the associations between them and with jobs.

https://docs.aws.amazon.com/sagemaker/latest/dg/lineage-tracking.html. AWS makes entities of jobs,
endpoints and packages by itself; here jobs have their trial components, and nothing else is made.
What AWS answers where a thing is there already, or is still associated, is not documented: it is
refused, which the SDK's examples and its `disassociate` expect.
"""
