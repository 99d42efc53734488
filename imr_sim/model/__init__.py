"""The model: parameters, luck, rules of behaviour, and the engine that runs histories."""
