"""What is changed of members, accounts and roles: commands `(tx, now, …)`."""
