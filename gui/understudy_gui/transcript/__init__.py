"""The streaming view of a conversation."""
