"""Prompt History Records: read as people and tools left them, written by this package alone."""
