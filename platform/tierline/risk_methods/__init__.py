"""The methods of risk: who is likely to leave, to pay late or not at all; pure functions."""
