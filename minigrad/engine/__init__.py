"""The engine: arrays that are recorded as they are computed with, and gradients passed back through the record."""
