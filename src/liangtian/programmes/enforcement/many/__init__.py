"""One act for many patches (批量办理): the same form for all, a refusal with its reason for each that cannot have it."""
