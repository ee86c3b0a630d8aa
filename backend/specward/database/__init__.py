"""Databases to develop and test on: an embedded server, its roles, and private branches of a database."""
