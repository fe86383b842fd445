"""The tool that makes, checks and joins the clips of the voice: ``python -m queue_server sounds``."""

from .cli import add_arguments, run

__all__ = ["add_arguments", "run"]
