"""What the project's own linter and type checker say, taken as it is."""
