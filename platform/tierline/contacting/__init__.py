"""The contact governor: who may be contacted when, over all departments and channels."""
