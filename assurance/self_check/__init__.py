"""What must exist by now, worked out again from the framework; what may be mended is."""
