"""The long work of the programme; importing this module registers its handlers."""

from liangtian.programmes.enforcement.imports import running as running
