"""A second implementation of the model, written from docs/odd.md, and the proof that both agree."""
