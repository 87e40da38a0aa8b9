"""The catalogue's rows, in the groups in which they stand where nobody has set an order."""
