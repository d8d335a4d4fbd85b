"""IAM: off until it is enforced, and then for every session of a role.

The person at the keyboard, and localcloud itself, use the account's root key and may do everything.
"""
