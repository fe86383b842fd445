"""One file per screen: its picture from a snapshot. ``door.py`` is what all doors share."""
