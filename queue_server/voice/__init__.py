"""A voice without a browser: a program that speaks a hall's calls through the loudspeaker of a PC."""
