"""What the desk thinks an asset is worth and what it charges for promising it."""
