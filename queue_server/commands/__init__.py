"""Everything that anyone can do, by who does it. A command gets a transaction and its arguments."""
