"""Training the bundled models and measuring them on the held-out clips."""
