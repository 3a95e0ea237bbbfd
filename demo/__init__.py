"""`make demo`: a coffee is sold, from the QR to the shop's wallet, in front of your eyes."""
