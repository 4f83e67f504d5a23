"""What is kept or taken out together (players), and what stands in its place."""
