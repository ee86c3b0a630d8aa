"""SW6xx, static: statements that reach rows of other users."""
