"""The readings of a rule: each turns its graph into something, a program or a text."""
