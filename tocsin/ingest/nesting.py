"""How deeply a JSON body is nested, found without decoding it."""

DEPTH_MAX = 64
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def too_deep(body: bytes, depth_max: int = DEPTH_MAX) -> bool:
    """Return whether `body` nests deeper than `depth_max`. Pure; the common case costs a few scans at memory speed."""
    if body.count(b"[") + body.count(b"{") <= depth_max:
        return False
    # Whatever is this shallow with the brackets inside strings counted in as well is not worth a closer look: the decoder has its own
    # limit, which no arrangement of strings can fool.
    return not _collapses(body, depth_max) and not _collapses(_outside_strings(body), depth_max)


def _collapses(body: bytes, depth_max: int) -> bool:
    """Return whether removing innermost pairs `depth_max` times leaves nothing."""
    brackets = body.translate(None, _ALL_BUT_BRACKETS)
    for _ in range(depth_max):
        if not brackets:
            return True
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return not brackets


def _outside_strings(body: bytes) -> bytes:
    return b"".join(body.replace(rb"\\", b"").replace(rb"\"", b"").split(b'"')[::2])
