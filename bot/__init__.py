"""Front door and wiring: settings, clock, web, the Teams edge and the command line."""

__version__ = "0.1.0"
