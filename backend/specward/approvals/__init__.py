"""A person's word on a task, bound to what the task and everything it cites said at the time."""
