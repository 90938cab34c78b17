"""A batch on its way in: read, match fields, check row by row, accept or discard."""
