"""How fast: our programs and those of other libraries take turns at the same tasks. `minigrad bench` runs them all."""
