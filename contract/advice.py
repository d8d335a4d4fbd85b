"""The advice that the cause of a failed execution, and its notification, give."""

REDRIVE = "When the reason is corrected, a redrive continues with this step."
NEW_RUN = "A redrive would end the same way: start a new run with other input or settings."
