"""Devices under their older name, as in `from minigrad.context import cpu`. See `minigrad.device`."""

from minigrad.device import Context, cpu, current_context, gpu, num_gpus

__all__ = ["Context", "Device", "cpu", "cpu_pinned", "current_context", "current_device", "gpu", "num_gpus"]
Device, current_device, cpu_pinned = Context, current_context, cpu
