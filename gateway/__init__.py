import os

# Keccak as a C extension: eth-hash would take pycryptodome's, whose every hash is five calls through
# cffi, ten times as long. An address is three hashes, a block's logs are thousands.
os.environ.setdefault("ETH_HASH_BACKEND", "pysha3")
