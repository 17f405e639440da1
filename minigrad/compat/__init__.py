"""Names that only scripts for MXNet, and for older versions of minigrad, use."""
