"""From priors to a posterior."""
