"""What is read about seasons, applications and draws."""
