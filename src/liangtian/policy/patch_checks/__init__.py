"""Data checks (数据检查) of satellite patches; `running` is the way in."""
