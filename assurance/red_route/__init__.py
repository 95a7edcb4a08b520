"""A child at immediate risk: raised at once, acknowledged, and followed until it is."""
