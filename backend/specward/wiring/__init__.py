"""What Claude Code is told about the gate: settings, agents and skills, read as the client reads them."""
