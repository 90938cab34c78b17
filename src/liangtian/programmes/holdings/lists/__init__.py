"""Lists on their way into the register (表册导入): wells, canals, buildings and crops, row by row."""
