"""Requests: the keys a command takes, read from the command line, checked, resolved."""
