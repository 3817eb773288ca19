"""On what does it stand? PostgreSQL, Temporal and SMTP for a laptop, and their addresses."""
