"""What providers of liquidity own of the desk's inventory: shares, fees, points, losses, queues."""
