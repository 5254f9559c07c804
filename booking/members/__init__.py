"""Who: members, the organisation tree, accounts and sign-ins, roles, standing."""
