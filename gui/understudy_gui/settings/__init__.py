"""The settings: a window of its own, a page a file."""
