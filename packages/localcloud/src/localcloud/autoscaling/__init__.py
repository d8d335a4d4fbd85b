"""Application Auto Scaling, for the instances of endpoint variants; `service` applies the policies.

Refused, not ignored: other resources and dimensions, step and predictive scaling, customised
metrics, scheduled actions, tags.
"""
