"""The home page, and what brings several features together: creating a company."""
