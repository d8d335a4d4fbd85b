"""The permissions that each operation of localcloud's services requires, and each job that it runs.

By the Service Authorization Reference and, for what SageMaker does on behalf of others, by
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html.

`call` is one request, `permissions` the actions that it requires, `role_actions` those that the
execution role of a job or an endpoint has to allow.

Not emulated: condition keys other than those that `call` lists and those of tags.
"""
