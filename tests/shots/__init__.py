"""Pictures of the window in named states, for whoever works on it: ``dev.py shots``."""
