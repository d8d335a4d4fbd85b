"""The steps from reviews to a live endpoint, each as states of the state machine.

What a step finds out is kept in variables: `run`, the document made by Prepare; `job`;
`model_data`; `gate`; `package`; `endpoint`; `wait` and `waited` in seconds. For the case of a
failure there are `step`, `resume_at` (the state at which a redrive resumes), `reason`, and `error`
(the name of a state's error).
"""
