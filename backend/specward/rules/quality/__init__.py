"""Whether the code is what the project's own linter and type checker want it to be."""
