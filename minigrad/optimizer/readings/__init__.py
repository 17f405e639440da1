"""The readings of a rule: each turns its graph into a program or a text."""
