"""Specward: a deterministic gate between approved specifications and the code that implements them."""

__version__ = "0.1.0"
