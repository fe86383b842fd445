"""Recorded days played again through the public interface, and compared with what our log says (decisions 36)."""
