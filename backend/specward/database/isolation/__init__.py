"""Whether the database itself keeps users apart: what no linter of code or of policies looks at."""
