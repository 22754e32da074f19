"""People: users of the platform, their memberships and roles in tenants, sign-in, API tokens."""
