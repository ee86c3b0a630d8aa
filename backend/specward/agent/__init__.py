"""The gate inside Claude Code: one answer per hook event, from a fast path and a slow one."""
