"""One file per group of commands at the shell."""
