"""Why is that so? Pure rules over schemas: no clock, no I/O, no randomness, no environment."""
