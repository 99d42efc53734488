"""Virtual studies of whole sites."""
