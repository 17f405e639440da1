"""What the commands of `minigrad` do, one file for each."""
