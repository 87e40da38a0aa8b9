"""Controls after the design's sheet of components: each paints itself from the tokens."""
