"""Which permissions each operation of localcloud's services takes, and each job that it runs.

By the Service Authorization Reference and, for what SageMaker does on behalf of others, by
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html.

`call` is one request, `permissions` what it takes, `roles` what a job's own role needs.

Not emulated: condition keys other than those that `call` lists and those of tags.
"""
