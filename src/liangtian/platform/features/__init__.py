"""OGC API – Features: layers and ledgers for desktop GIS, under the rights of who reads."""
