"""Buildings at the field edge (地头建筑物): registering them, their ledger, their place on maps."""
