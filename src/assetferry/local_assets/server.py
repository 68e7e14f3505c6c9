"""Running the server: on a port until told to stop, or in a thread for tests and demos."""

import asyncio
import contextlib
import socket
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn
from filelock import FileLock, Timeout

from assetferry.local_assets.app import create_app
from assetferry.local_assets.connection import Connection
from assetferry.local_assets.errors import FolderInUse
from assetferry.local_assets.routes.call import Site
from assetferry.local_assets.settings import Settings, SourceSettings
from assetferry.local_assets.store import provisioning
from assetferry.local_assets.store.provisioning import Provisioned

__all__ = ["LocalAssets", "Running", "serve"]

LOCK = "assets.lock"
BACKLOG = 256
KEEP_ALIVE = 75
"""Seconds an idle connection stays open: longer than clients pause between chunks."""
GRACE = 5
"""Seconds that requests in hand have when the server stops."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """A server that accepts connections."""

    url: str
    site: Site


@contextlib.asynccontextmanager
async def serve(settings: Settings) -> AsyncGenerator[Running]:
    """Serve while the block runs, which begins once connections are accepted.

    Leaving the block finishes the requests and the batch in hand. Raises FolderInUse where
    another server holds the data folder, NotOurDatabase where it holds something else, and
    OSError where the port is taken.
    """
    with _held_folder(settings.data) as data, _listening(settings) as listener:
        app = create_app(settings, data)
        host, port = listener.getsockname()[:2]
        async with app.router.lifespan_context(app):
            server = _Server(
                uvicorn.Config(
                    app,
                    http=Connection,
                    log_config=None,
                    access_log=False,
                    lifespan="off",
                    timeout_keep_alive=KEEP_ALIVE,
                    timeout_graceful_shutdown=GRACE,
                )
            )
            serving = asyncio.create_task(server.serve(sockets=[listener]))
            try:
                await server.until_started(serving)
                shown = f"[{host}]" if ":" in host else host
                yield Running(url=f"http://{shown}:{port}", site=app.state.site)
            finally:
                # Calls that a fault holds would outlast the time requests have.
                app.state.site.faults.clear()
                # While the API still answers: an app that is being called calls it in turn.
                await app.state.site.dispatcher.stop()
                server.should_exit = True
                await serving


class _Server(uvicorn.Server):
    """A server that leaves signals to the program it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready().set()

    async def until_started(self, serving: "asyncio.Task[None]") -> None:
        """Wait until connections are accepted, or raise what prevents it."""
        ready = asyncio.ensure_future(self._ready().wait())
        await asyncio.wait((ready, serving), return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            ready.cancel()
            await serving

    def _ready(self) -> asyncio.Event:
        if not hasattr(self, "_event"):
            self._event = asyncio.Event()
        return self._event


class LocalAssets:
    """A server in a thread of this process, on a free port, as a context manager."""

    def __init__(self, settings: Settings | None = None) -> None:
        """Without settings: a temporary folder, which goes when the server stops."""
        self._settings = settings or Settings(port=0)
        self._stop: Callable[[], object] = lambda: None
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="local-assets", daemon=True)
        self._running: Running | None = None

    def start(self) -> Self:
        """Start and wait until connections are accepted; raise what prevents it."""
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            raise self._failure
        return self

    @property
    def url(self) -> str:
        return self._here().url

    def new_source(
        self, name: str = "Hardware", key: str | None = None, settings: SourceSettings | None = None
    ) -> Provisioned:
        """Make a workspace of its own with an object schema, an import source and its token."""
        return self._here().site.database.writer.call(
            provisioning.new_everything,
            name,
            key or provisioning.key_from(name),
            settings or self._settings.sources,
        )

    def _here(self) -> "Running":
        if self._running is None:
            raise RuntimeError("the local Assets server was not started; call start() first")
        return self._running

    def stop(self) -> None:
        """Finish what is in hand and end the thread; once it has ended, do nothing."""
        self._stop()
        self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - raised by start(), in the caller's thread
            self._failure = error
            self._started.set()

    async def _serve(self) -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        async with serve(self._settings) as running:
            self._running = running
            self._stop = lambda: loop.call_soon_threadsafe(stopped.set)
            self._started.set()
            await stopped.wait()
            # From here on the loop may be gone before somebody asks again.
            self._stop = lambda: None


@contextlib.contextmanager
def _held_folder(data: Path | None) -> Generator[Path]:
    """Hold the data folder alone; a temporary one goes away at the end."""
    if data is None:
        with tempfile.TemporaryDirectory(prefix="assetferry-assets-") as folder:
            yield Path(folder)
        return
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(data / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise FolderInUse(
            f"another server uses {data}; stop it or name another folder with --data"
        ) from error
    try:
        yield data
    finally:
        lock.release()


@contextlib.contextmanager
def _listening(settings: Settings) -> Generator[socket.socket]:
    """Bind before anything else, so that a taken port is an error of its own."""
    listener = socket.create_server(
        (settings.host, settings.port),
        family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
        backlog=BACKLOG,
    )
    with listener:
        yield listener
