"""Statements to the database: how they are built, what runs them, which rows they reach."""
