"""The code of the extension `regulators`: a register of what was promised to regulators."""
