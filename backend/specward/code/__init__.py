"""Facts of the code: which files there are, what their headers say, what changed. No judgement."""
