"""Water (水): sources, meters, readings, what it costs."""
