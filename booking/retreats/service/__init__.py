"""What is done with seasons, applications and draws: each command is one transaction."""
