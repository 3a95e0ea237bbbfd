"""What people and programs do otherwise than they always did: networks, refunds, hours, streams."""
