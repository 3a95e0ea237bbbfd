"""Reading the markets: pools from nodes, outside prices from feeds. The process that publishes."""
