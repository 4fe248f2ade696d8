"""How well a model names patterns on charts that other people's software drew. See ``__main__.py``."""
