"""Ledgers of townships on their way into the register (台账导入): read, match, check row by row, enter."""
