"""The files of a project, put together: what they define, and what a name means in each of them."""
