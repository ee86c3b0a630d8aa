"""SQL as text: what it says, as the statements that the engine judges."""
