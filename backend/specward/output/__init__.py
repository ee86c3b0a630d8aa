"""A verdict in the forms that people and machines read: `render(verdict, project) -> str` in each module."""
