"""The value of an expression, and what holds if it is true."""
