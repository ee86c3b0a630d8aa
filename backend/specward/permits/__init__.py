"""What an approved task allows: paths, operations, tables, tests and dependencies, and nothing else."""
