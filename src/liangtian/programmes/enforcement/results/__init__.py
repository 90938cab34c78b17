"""Half-year and annual results (半年、年度成果): report, annexes and the package that is uploaded."""
