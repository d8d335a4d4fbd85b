"""The steps from reviews to an endpoint, each as states of the state machine.

The results of a step are in variables: `run`, the document of Prepare; `job`; `model_data`; `gate`;
`package`; `endpoint`; `described`, the fields of the newest Describe call; `wait` and `waited` in
seconds. HandleFailure reads `step`, `resume_at` (the state at which a redrive resumes), `reason`,
and `error` (the name of a state's error; empty if a job failed).
"""
