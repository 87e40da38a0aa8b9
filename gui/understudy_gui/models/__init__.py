"""Item models: rows of data, no widgets."""
