"""One counter for the whole program: its numbers tell which of two events came first, such as a change and a use."""

import itertools

clock = itertools.count(1)
"""`next(clock)` is larger than every number that was drawn before."""
