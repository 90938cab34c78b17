"""A workbook file as its parts (OPC, ECMA-376 part 2): some are changed, the others are passed on as they came."""

from __future__ import annotations

import posixpath
import zipfile
from io import BytesIO
from typing import Any

from lxml import etree

RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_CONTENT_TYPES = "[Content_Types].xml"
LARGEST_PART = 64 * 1024**2
LARGEST_WHOLE = 512 * 1024**2


class PackageError(Exception):
    """The file is none of these packages, or too large to be changed in place."""


class Package:
    """The parts of a package, read when they are asked for."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except zipfile.BadZipFile as error:
            raise PackageError from error
        if sum(one.file_size for one in self._zip.infolist()) > LARGEST_WHOLE:
            raise PackageError
        self._roots: dict[str, Any] = {}
        self._before: dict[str, bytes] = {}
        if _CONTENT_TYPES not in self._zip.namelist():
            raise PackageError

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        return name in self._roots or name in self._zip.namelist()

    def root(self, name: str) -> Any:
        """The root element of a part; what is done to it is written. Raises PackageError."""
        if name not in self._roots:
            try:
                if self._zip.getinfo(name).file_size > LARGEST_PART:
                    raise PackageError
                parser = etree.XMLParser(resolve_entities=False, no_network=True)
                self._roots[name] = etree.fromstring(self._zip.read(name), parser)
                self._before[name] = _text(self._roots[name])
            except (KeyError, etree.XMLSyntaxError) as error:
                raise PackageError from error
        return self._roots[name]

    def related(self, part: str, kind: str) -> list[tuple[str, str]]:
        """Id and name of the parts that a part ("" is the package) relates to in that way."""
        relations = _relations_of(part)
        if not self.has(relations):
            return []
        folder = posixpath.dirname(part)
        return [
            (one.get("Id"), posixpath.normpath(posixpath.join(folder, target)).lstrip("/"))
            if not (target := one.get("Target")).startswith("/")
            else (one.get("Id"), target.lstrip("/"))
            for one in self.root(relations)
            if one.get("Type") == f"{RELATIONSHIPS}/{kind}" and one.get("TargetMode") != "External"
        ]

    def add(self, part: str, kind: str, name: str, root: Any) -> str:
        """A new part that `part` relates to; the id of the relation."""
        self._roots[name] = root
        relations = _relations_of(part)
        if not self.has(relations):
            self._roots[relations] = etree.Element(
                f"{{{_PACKAGE}}}Relationships", nsmap={None: _PACKAGE}
            )
        whole = self.root(relations)
        taken = {one.get("Id") for one in whole}
        key = next(f"rId{n}" for n in range(1, len(taken) + 2) if f"rId{n}" not in taken)
        etree.SubElement(
            whole, f"{{{_PACKAGE}}}Relationship", Id=key, Type=f"{RELATIONSHIPS}/{kind}",
            Target=f"/{name}",
        )  # fmt: skip
        return key

    def declare(self, name: str, content_type: str) -> None:
        """The content type of a new part; one with the ending vml is told by its ending."""
        types = self.root(_CONTENT_TYPES)
        if name.endswith(".vml"):
            if not any(one.get("Extension") == "vml" for one in types):
                one = etree.Element(
                    f"{{{_TYPES}}}Default", Extension="vml", ContentType=content_type
                )
                types.insert(0, one)
            return
        etree.SubElement(
            types, f"{{{_TYPES}}}Override", PartName=f"/{name}", ContentType=content_type
        )

    def free_name(self, pattern: str) -> str:
        """The first name of that pattern (with {}) that no part has."""
        number = 1
        while self.has(pattern.format(number)):
            number += 1
        return pattern.format(number)

    def content(self) -> bytes:
        """The whole file."""
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for one in self._zip.infolist():
                root = self._roots.get(one.filename)
                text = None if root is None else _text(root)
                same = text is None or text == self._before[one.filename]
                made.writestr(one.filename, self._zip.read(one) if same or text is None else text)
            for name in self._roots.keys() - set(self._zip.namelist()):
                made.writestr(name, _text(self._roots[name]))
        return out.getvalue()


def _text(root: Any) -> bytes:
    text: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    return text


def _relations_of(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
