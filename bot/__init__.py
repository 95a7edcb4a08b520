"""Front door and wiring: settings, clock, web, the Teams edge and the command line."""
