"""Compressed bodies, unpacked within a bound. Pure."""

import zlib


def gunzip(body: bytes, bytes_max: int) -> bytes | None:
    """
    Return what a gzip holds, or None if that is more than `bytes_max`: no more than that is ever unpacked.

    :raises ValueError: it is no gzip, or none that ends where it should.
    """
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        found = unpacker.decompress(body, bytes_max + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(found) > bytes_max:
        return None
    if not unpacker.eof or unpacker.unused_data:
        raise ValueError("it is cut off, or something follows it")
    return found
