"""``python -m clients.packing``: the clients as they are published, built and tried.

Builds wheel, sdist and npm tarball into ``build/clients``, installs each into an empty place, and
has what is installed there run its README and sell in a running house.
"""
