"""Documents in, one model out: a reader per format, all of them producing `specs.model`."""
