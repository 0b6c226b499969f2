"""The training engine: optimizers, the loop, its state, and the process-wide settings. It never sees a recipe."""
