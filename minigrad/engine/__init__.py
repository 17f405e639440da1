"""The engine: it records what is computed with arrays, and passes gradients back through the record."""
