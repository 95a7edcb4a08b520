"""Teams on your own machine: an emulator of the connector that speaks HTTP only."""
