"""Models in a file on this computer, run by llama.cpp in a process of its own."""
