"""Trying the bot on your own machine, in Microsoft's Agents Playground."""
