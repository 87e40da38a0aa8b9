"""Wire formats: pure values in, values out. No network, no clock, no asyncio."""
