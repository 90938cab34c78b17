"""The register on the main map (一张图): tiles, their classes and legends, and what was clicked."""
