"""Who: members and their organisations, accounts, sign-ins, roles and standing."""
