"""Comparison with the layers of other departments (部门数据比对)."""
