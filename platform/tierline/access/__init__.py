"""Who may do what: permissions, roles, the subject that acts, and the one decision."""
