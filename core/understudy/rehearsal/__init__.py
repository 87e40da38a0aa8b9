"""A provider that needs no key and no network, and fails on demand."""
