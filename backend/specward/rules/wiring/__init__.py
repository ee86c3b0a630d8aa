"""SW9xx wiring: the gate stands where it should, and nothing switches it off in silence."""
