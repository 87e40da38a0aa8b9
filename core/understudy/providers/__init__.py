"""The catalogue of providers and the way they are spoken to."""
