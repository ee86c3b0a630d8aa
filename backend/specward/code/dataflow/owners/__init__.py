"""Tables, who owns their rows, and what is proved of a row or a key."""
