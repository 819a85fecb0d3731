"""What another thread finds at the write gate."""

import threading

from django.db import OperationalError

from tocsin.kit.sqlite.gate import gate


def free() -> bool:
    """Return whether another thread could pass the gate now."""
    passed: list[bool] = []

    def run() -> None:
        try:
            gate.acquire(timeout_s=0)
        except OperationalError:
            passed.append(False)
        else:
            gate.release()
            passed.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return passed[0]
