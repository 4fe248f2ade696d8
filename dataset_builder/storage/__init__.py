"""Datasets on disk: plans, builds, resumes, merges, verifies, compares and publishes them."""
