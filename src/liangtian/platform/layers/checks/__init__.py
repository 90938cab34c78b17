"""Checks of delivered layers, declared as data beside this file and run by `engine`."""
