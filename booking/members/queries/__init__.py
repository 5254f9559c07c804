"""What is read of members, accounts and roles."""
