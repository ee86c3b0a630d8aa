"""What the gate holds: one module per rule, in families. Rules import facts, never the other way."""
