"""Routes, functions and statements, run with values that stand for all that they may be."""
