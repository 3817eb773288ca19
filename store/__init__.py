"""Where is it kept? PostgreSQL: the event store, the read models, the facts from outside."""
