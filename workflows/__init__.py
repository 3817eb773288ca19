"""When does it happen? Temporal: wait, order, record; no rule and no I/O."""
