"""A client that takes nothing is dropped, and no number of connections takes the files that the server needs itself."""

import asyncio
import resource
import socket

import pytest

from tocsin.kit import doors


@pytest.mark.row("F-29", "I10")
def test_a_client_that_reads_nothing_is_dropped_by_the_kernel() -> None:
    async def serve() -> float:
        lost: asyncio.Future[float] = asyncio.get_running_loop().create_future()

        class Streaming(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                self.began = asyncio.get_running_loop().time()
                transport.write(bytes(16 * 1024 * 1024))  # type: ignore[attr-defined]

            def connection_lost(self, error: Exception | None) -> None:
                lost.set_result(asyncio.get_running_loop().time() - self.began)

        door = doors.open_door("127.0.0.1", 0, takes_within_s=1)
        server = await asyncio.get_running_loop().create_server(Streaming, sock=door)
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.setblocking(False)
            await asyncio.get_running_loop().sock_connect(client, door.getsockname())
            took = await asyncio.wait_for(lost, 15)
        server.close()
        return took

    assert 1 <= asyncio.run(serve()) < 15


@pytest.mark.row("F-17", "I10")
def test_connections_leave_files_for_the_server_and_running_short_is_noticed() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert doors.connections_max() == before[1] - doors.KEPT_FILES
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == before[1]
    assert not doors.crowded()
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (doors.KEPT_FILES // 2 + 3, before[1]))
        assert doors.crowded()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
