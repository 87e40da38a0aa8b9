"""Who is asked, in which order, and what happens when they cannot answer."""
