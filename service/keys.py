"""Keys of the service: made, kept as hashes, found again in constant time.

A key is ``wk_`` and 256 random bits. It is kept as its SHA-256: slow hashes (scrypt, PBKDF2) and salts are for
passwords, which can be guessed; 256 random bits cannot, and a slow hash would let every stranger with a wrong key keep
a core busy.

Usage::

    store = open_store(settings.keys, settings.keys_file)   # None: no keys are asked for
    key = store.find(token)                                 # None: not a key of this service
"""

import hashlib
import hmac
import logging
import re
import secrets
from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address
from pathlib import Path

from models.errors import InputError
from service.key_file import HASH_PATTERN, NAME_PATTERN, Key, read_keys

logger = logging.getLogger(__name__)

OFF = "off"
KEYS_PATTERN = rf"^({OFF}|{NAME_PATTERN}={HASH_PATTERN}(,{NAME_PATTERN}={HASH_PATTERN})*)$"
"""What the setting ``keys`` may be: ``off``, or ``NAME=sha256:...`` separated by commas."""
RATE_LIMIT_PATTERN = r"^[1-9][0-9]{0,8}/(second|minute|hour|day)$"
"""What the setting ``rate_limit`` may be; here, so that the settings can be read where `limits` is not installed."""
TOKEN = re.compile(r"wk_[A-Za-z0-9_-]{43}")

Stamp = tuple[int, int, int]


def new_key() -> str:
    """Make a key; it can be shown only now, for only its hash is kept."""
    return f"wk_{secrets.token_urlsafe(32)}"


def hash_of(token: str) -> str:
    """Give what is kept of a key."""
    return f"sha256:{hashlib.sha256(token.encode()).hexdigest()}"


def keys_from_text(text: str) -> list[Key]:
    """Read keys from the setting ``keys``: ``NAME=sha256:...``, separated by commas.

    Raises
    ------
    InputError
        When the text is not of this form.
    """
    if not re.fullmatch(KEYS_PATTERN, text) or text == OFF:
        raise InputError("WEERKLANK_KEYS: write off, or NAME=sha256:... separated by commas.")
    pairs = [entry.split("=", 1) for entry in text.split(",")]
    return [Key(name=name, hash=digest) for name, digest in pairs]


class KeyStore:
    """The keys in force: those of the environment, and those of a file that is read again when it has changed.

    Parameters
    ----------
    fixed : sequence of Key
        Keys that stay for the life of the process.
    path : Path, optional
        File of keys.

    Raises
    ------
    InputError
        When the file cannot be used, when two keys have the same name, or when there is no key that is not revoked.
    """

    def __init__(self, fixed: Sequence[Key] = (), path: Path | None = None) -> None:
        self._fixed = list(fixed)
        self._path = path
        self._stamp = self._stamp_now()
        self._keys = self._read()
        if all(key.revoked for key in self._keys):
            raise InputError("There is no key that is not revoked. Add one with: weerklank keys add NAME")

    def find(self, token: str) -> Key | None:
        """Find the key that a caller sent, also when it is revoked.

        All keys are compared, each in constant time, so that the time tells nothing about which is nearly right.
        """
        self._refresh()
        if not TOKEN.fullmatch(token):
            return None
        given = hash_of(token)
        found = None
        for key in self._keys:
            if hmac.compare_digest(key.hash, given):
                found = key
        return found

    def _refresh(self) -> None:
        """Read the file again when it has changed: one stat per request, measured at 14 microseconds."""
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return
        self._stamp = stamp  # also when the file is broken, so that each change is told once
        try:
            self._keys = self._read()
        except InputError as error:
            logger.error("the keys read before stay in force: %s", error)
        else:
            logger.info("keys read again: %d in force", sum(not key.revoked for key in self._keys))

    def _read(self) -> list[Key]:
        keys = self._fixed + ([] if self._path is None else read_keys(self._path))
        if len({key.name for key in keys}) < len(keys):
            raise InputError("Two keys have the same name, in the environment or in the file of keys.")
        return keys

    def _stamp_now(self) -> Stamp | None:
        if self._path is None:
            return None
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino


def open_store(keys: str | None, keys_file: Path | None) -> KeyStore | None:
    """Open the keys that the settings name; None when there are none, or when they are switched off.

    Raises
    ------
    InputError
        See `KeyStore`.
    """
    if keys == OFF or (keys is None and keys_file is None):
        return None
    return KeyStore(keys_from_text(keys) if keys else (), keys_file)


def asks_for_keys(host: str, keys: str | None, keys_file: Path | None) -> bool:
    """Decide whether a server on this address asks for keys, from the settings alone.

    Parameters
    ----------
    host : str
        Address or name to listen on.
    keys, keys_file
        The settings of these names.

    Raises
    ------
    InputError
        When the server would be open to a network without anybody having said so.
    """
    if keys == OFF:
        return False
    if keys is not None or keys_file is not None:
        return True
    if is_loopback(host):
        return False
    raise InputError(
        f"--host {host} can be reached from other machines, and there are no keys. Make one with "
        "`weerklank keys add NAME --file keys.json` and set WEERKLANK_KEYS_FILE=keys.json; "
        "or listen on 127.0.0.1; or set WEERKLANK_KEYS=off to let everybody in."
    )


def is_loopback(host: str) -> bool:
    """Say whether an address is reached from this machine only; an unknown name counts as reachable."""
    if host.lower() == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback
