"""A scripted year of enforcement, through the addresses a browser asks; a test and a benchmark play it."""
