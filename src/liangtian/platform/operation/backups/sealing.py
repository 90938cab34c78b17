"""Encrypting a stream under a passphrase: AES-256-GCM in chunks, the last one marked.

Layout: 8 bytes magic, 16 bytes salt of the passphrase (scrypt, N=2^15, r=8, p=1), 16 bytes of this file;
then chunks, each a 4-byte length and the ciphertext. The nonce is the chunk's number and whether it is the
last, so that chunks cannot be swapped, dropped or cut off unnoticed.
"""

from __future__ import annotations

import io
import os
from functools import lru_cache
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from liangtian.platform.errors import Refused

MAGIC = b"LTSEAL1\n"
CHUNK = 1024 * 1024
WRONG = "不能解密：口令不对，或文件已损坏。请核对口令后重试。"


@lru_cache(maxsize=64)
def _master(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=2**15, r=8, p=1).derive(passphrase.encode())


def _cipher(passphrase: str, salt: bytes, file_salt: bytes) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=file_salt, info=b"liangtian backup")
    return AESGCM(derived.derive(_master(passphrase, salt)))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(8, "big") + int(last).to_bytes(4, "big")


class Seal:
    """A passphrase with the salt of one run, so that the slow derivation is done once."""

    def __init__(self, passphrase: str) -> None:
        self.passphrase = passphrase
        self.salt = os.urandom(16)

    def writer(self, out: IO[bytes]) -> SealWriter:
        return SealWriter(out, self)

    def reader(self, source: IO[bytes]) -> io.BufferedReader:
        return io.BufferedReader(_SealReader(source, self.passphrase), CHUNK)


class SealWriter(io.RawIOBase):
    """Encrypts what is written; `close` writes the last chunk, but leaves the file below open."""

    def __init__(self, out: IO[bytes], seal: Seal) -> None:
        file_salt = os.urandom(16)
        self._out, self._held, self._number = out, bytearray(), 0
        self._cipher = _cipher(seal.passphrase, seal.salt, file_salt)
        out.write(MAGIC + seal.salt + file_salt)

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        given = bytes(data)  # type: ignore[call-overload]
        self._held += given
        while len(self._held) > CHUNK:  # one chunk stays back: it may be the last
            self._emit(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]
        return len(given)

    def close(self) -> None:
        if not self.closed:
            self._emit(bytes(self._held), last=True)
        super().close()

    def _emit(self, plain: bytes, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last), plain, None)
        self._out.write(len(sealed).to_bytes(4, "big") + sealed)
        self._number += 1


class _SealReader(io.RawIOBase):
    """Decrypts; Refused (Chinese) for a wrong passphrase, a changed byte or a missing end."""

    def __init__(self, source: IO[bytes], passphrase: str) -> None:
        head = source.read(len(MAGIC) + 32)
        if not head.startswith(MAGIC) or len(head) < len(MAGIC) + 32:
            raise Refused("这不是加密的备份文件，或文件已损坏。")
        salt, file_salt = head[8:24], head[24:40]
        self._source, self._cipher = source, _cipher(passphrase, salt, file_salt)
        self._held, self._number, self._ended = b"", 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._held and not self._ended:
            self._held = self._next()
        count = min(len(view), len(self._held))
        view[:count], self._held = self._held[:count], self._held[count:]
        return count

    def _next(self) -> bytes:
        size = int.from_bytes(self._source.read(4), "big")
        if not 16 <= size <= CHUNK + 16:
            raise Refused(WRONG)
        sealed = self._source.read(size)
        for last in (False, True):
            try:
                plain = self._cipher.decrypt(_nonce(self._number, last), sealed, None)
            except InvalidTag:
                continue
            self._number, self._ended = self._number + 1, last
            return plain
        raise Refused(WRONG)
