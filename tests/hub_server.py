"""A model hub on this computer: the answers that fetching a model needs, from a folder."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "c1dbe2ae3f1de713481a3b3e7c47f357092ee040"


@dataclass
class Hub:
    """What the server gives, and what it was asked.

    stop_after: bytes of weights after which it hangs up, at each of the answers that are left in
    `hang_ups`. ranges: whether it goes on from where it is asked to. forged: what it sends in place
    of the weights, page in place of the list. asked: name and first byte of each file.
    """

    hub_id: str
    folder: Path
    url: str = ""
    stop_after: int = 0
    hang_ups: int = 0
    ranges: bool = True
    forged: bytes | None = None
    page: bytes | None = None
    commit: str = COMMIT
    asked: list[tuple[str, int]] = field(default_factory=list)

    def listing(self) -> dict[str, Any]:
        siblings = []
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                name, size = path.relative_to(self.folder).as_posix(), path.stat().st_size
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                lfs = {"sha256": digest, "size": size, "pointerSize": 130}
                large = {"lfs": lfs} if path.suffix == ".safetensors" else {}
                siblings.append({"rfilename": name, "size": size, "blobId": "0", **large})
        card = {"license": "apache-2.0"}
        return {"id": self.hub_id, "sha": self.commit, "siblings": siblings, "cardData": card}


@contextmanager
def serving(hub: Hub) -> Iterator[Hub]:
    """While the block runs the hub answers at `hub.url`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: Any) -> None:
            pass

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == f"/api/models/{hub.hub_id}":
                self._send(200, hub.page or json.dumps(hub.listing()).encode())
                return
            start = f"/{hub.hub_id}/resolve/{COMMIT}/"
            file = hub.folder / path.removeprefix(start)
            if not path.startswith(start) or not file.is_file():
                self.send_response(404)
                self.send_header("X-Error-Code", "RepoNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            asked = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-")
            hub.asked.append((file.name, int(asked)))
            content = file.read_bytes()
            if hub.forged is not None and file.suffix == ".safetensors":
                content = hub.forged
            goes_on = hub.ranges and int(asked) > 0
            content = content[int(asked) :] if goes_on else content
            stop = None
            if hub.hang_ups > 0 and file.suffix == ".safetensors":
                hub.hang_ups, stop = hub.hang_ups - 1, hub.stop_after
            self._send(206 if goes_on else 200, content, stop)

        def _send(self, status: int, content: bytes, stop: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:stop])
            self.close_connection = stop is not None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        hub.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield hub
        finally:
            server.shutdown()
            thread.join()
