"""The IT person's morning: the data folder and its lock, the start, doctor, backup and restore."""
