"""Background work: recorded in PostgreSQL, delivered by RQ, safe to run twice."""
