"""The map as a whole: what it can show, what can be snapped to, base maps, and printing to scale."""
