"""How deeply a JSON body is nested, found without decoding it."""

DEPTH_MAX = 64
_AS_SQUARE = bytes.maketrans(b"{}", b"[]")
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def too_deep(body: bytes, depth_max: int = DEPTH_MAX) -> bool:
    """
    Return whether `body` nests deeper than `depth_max`. Pure; the common case costs a few scans at memory speed.

    Brackets inside strings can make a body look shallow, never deep. They gain nothing: the decoder has a limit of its own.
    """
    if body.count(b"[") + body.count(b"{") <= depth_max:
        return False
    return not _collapses(body, depth_max) and not _collapses(_outside_strings(body), depth_max)


def _collapses(body: bytes, depth_max: int) -> bool:
    """Return whether removing the innermost pairs `depth_max` times leaves nothing."""
    brackets = body.translate(_AS_SQUARE, _ALL_BUT_BRACKETS)
    for _ in range(depth_max):
        if not brackets:
            break
        brackets = brackets.replace(b"[]", b"")
    return not brackets


def _outside_strings(body: bytes) -> bytes:
    return b"".join(body.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')[::2])
