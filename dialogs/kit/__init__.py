"""What every message is made of: pages, cards, wording, charts, and the lint that reads cards."""
