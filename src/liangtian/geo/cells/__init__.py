"""Overlay beyond one machine (分格套合): plots and layer figures lie in cells, and each cell is measured by itself.

A job is a folder that every machine sees:

    job.json               what is measured: files, field, and a digest of them
    cells.json             the cells with their files, checksums, number and area of plots; written last
    plots/cell=00007/      GeoParquet: the plots of the cell; every plot is in exactly one cell, whole
    layer/cell=00007/      GeoParquet: every figure whose box meets the box of one of these plots, whole
    areas/cell=00007/      Parquet: the areas, and `_done.json` with their checksum

Needs the extra `liangtian[cluster]`. docs/operation.md tells how to run it, decision 0028 why it is made so.
"""
