"""Key-value stores: gradients summed over devices and workers, weights updated in one place. Also as `minigrad.kv`."""

from minigrad.kvstore.kvstore import KVStore
from minigrad.kvstore.names import create

__all__ = ["KVStore", "create"]
