"""Key-value stores: gradients summed over devices, weights updated in one place. Also as `minigrad.kv`."""

from minigrad.kvstore.kvstore import KVStore, create

__all__ = ["KVStore", "create"]
