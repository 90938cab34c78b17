"""Public notice (公示) of survey results, and objections to them."""
