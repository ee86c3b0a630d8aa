"""`specward init`: survey a repository, propose what the gate needs in it, write it, and take it back."""
