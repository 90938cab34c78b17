"""Data checks (数据检查) over the patches of the county; the rules themselves are `liangtian.policy.patch_checks`."""
