"""MXNet's switches for NumPy semantics, which are always on here. See `minigrad.npx.switches`."""

from minigrad.absent import explain_absent
from minigrad.npx.switches import is_np_array, is_np_shape, np_shape, reset_np, set_np, use_np

__all__ = ["is_np_array", "is_np_shape", "np_shape", "reset_np", "set_np", "use_np"]

explain_absent(__name__)
