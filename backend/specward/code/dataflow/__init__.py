"""Abstract interpretation of a project's source: which rows a statement can touch, and who chose them."""
