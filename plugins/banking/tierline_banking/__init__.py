"""The code of the extension `banking`: Altman's Z-scores, which no rule can express."""
