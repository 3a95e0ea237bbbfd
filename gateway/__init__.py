import os

# Keccak as a C extension: a hash of pycryptodome, which eth-hash would take, is five calls through
# cffi and ten times as long. An address is three hashes, a block's logs are thousands.
os.environ.setdefault("ETH_HASH_BACKEND", "pysha3")
