"""The command line: `imr-sim COMMAND [key=value ...]`. The only part that knows Hydra."""
