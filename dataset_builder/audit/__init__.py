"""Is it a good dataset? Measures everything that is promised of one, and says what falls short."""
