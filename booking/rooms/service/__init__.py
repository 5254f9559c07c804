"""What is done with rooms and stays: each command is one transaction."""
