"""What the console shows that no single feature shows by itself."""
