"""A fake of Stripe, of our own: an HTTP server with a memory, for just the endpoints in use.

It is a fake and no evidence of how Stripe behaves: it plays what Stripe's documentation says
(https://docs.stripe.com/api), so that what we do about it can be tried, killed and repeated. What
runs against Stripe's own test mode is ``tests/ramps/test_stripe_test_mode.py``, when a key is set.

One module for each resource: it has ``ROUTES``, which ``server.Fake`` puts together, and functions
by which a test makes things happen on Stripe's side (a shop is onboarded, a bank sends money back).
Objects are the JSON that is answered; their keys are compared with Stripe's published fixtures in
``test_shapes.py``.
"""
