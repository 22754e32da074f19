"""For authors of plugins: a folder to begin with, levels of quality, golden examples, reference."""
