"""The ways to reach someone, one file each; whatever lies in this folder is found."""

import functools
import importlib
import pkgutil
from collections.abc import Mapping

from tocsin.comms.channel import Channel


@functools.cache
def found() -> Mapping[str, Channel]:
    """Return every channel of this folder by its name."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return {module.CHANNEL.name: module.CHANNEL for module in modules}
