"""Measures of a trained model: bounds on the likelihood, active units, and how well its prior fits its codes."""
