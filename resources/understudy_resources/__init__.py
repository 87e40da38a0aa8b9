"""Icons, fonts, themes and translations, read with importlib.resources."""
