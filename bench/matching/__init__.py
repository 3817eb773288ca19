"""How well are payments matched? Generated statements of known truth, a score, and a table."""
