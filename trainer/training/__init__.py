"""The Hugging Face Trainer with our losses, and the recipe that configures it.

Imports ``models``, ``data``, ``scoring``, ``figures`` and ``runs``.
"""
