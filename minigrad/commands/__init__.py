"""What `minigrad compare` and `minigrad train` do, a file for each."""
