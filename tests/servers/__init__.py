"""Real servers for the tests, shared by tests/app and tests/database."""
