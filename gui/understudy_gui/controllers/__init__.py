"""Objects without widgets that join the router, the history and the models."""
