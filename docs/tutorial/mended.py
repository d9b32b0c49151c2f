#!/usr/bin/env python3
"""The same server, mended as the walk says: mended.py [FOLDER [PORT]]"""

import mimetypes
import os
import socket
import sys
import threading
from urllib.parse import unquote_to_bytes

LONGEST_HEAD = 16384


class Refused(Exception):
    """A request that is answered with this status, and the connection closed."""


class Connection:
    def __init__(self, connection):
        self.connection = connection
        self.unprocessed_data = b""

    def receive(self):
        data = self.connection.recv(65536)
        self.unprocessed_data += data
        return len(data) > 0

    def take(self, count):
        while len(self.unprocessed_data) < count:
            if not self.receive():
                raise ConnectionError
        taken, self.unprocessed_data = self.unprocessed_data[:count], self.unprocessed_data[count:]
        return taken

    def take_until(self, mark):
        while mark not in self.unprocessed_data:
            if len(self.unprocessed_data) > LONGEST_HEAD:
                raise Refused("431 Request Header Fields Too Large")
            if not self.receive():
                raise ConnectionError
        return self.take(self.unprocessed_data.index(mark) + len(mark))[: -len(mark)]

    def get_request(self):
        while True:
            while self.unprocessed_data.startswith(b"\r\n"):
                self.take(2)
            if self.unprocessed_data.strip(b"\r\n") or not self.receive():
                break
        head = self.take_until(b"\r\n\r\n").decode("latin-1")
        if len(head) > LONGEST_HEAD:
            raise Refused("431 Request Header Fields Too Large")
        lines = head.split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3 or words[2] not in ("HTTP/1.0", "HTTP/1.1"):
            raise Refused("400 Bad Request")
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or name != name.strip():
                raise Refused("400 Bad Request")
            headers.setdefault(name.lower(), []).append(value.strip())
        hosts = headers.get("host", [])
        if len(hosts) > 1 or not hosts and words[2] == "HTTP/1.1":
            raise Refused("400 Bad Request")
        return words[0], words[1], words[2], headers

    def skip_body(self, headers):
        """Takes what belongs to the request and is not wanted. Whether another may follow."""
        codings, lengths = headers.get("transfer-encoding"), headers.get("content-length")
        if codings:
            if [one.lower() for one in codings] != ["chunked"]:
                raise Refused("501 Not Implemented")
            if lengths:
                raise Refused("400 Bad Request")
            size = None
            while size != 0:
                try:
                    size = int(self.take_until(b"\r\n").split(b";")[0], 16)
                except ValueError:
                    raise Refused("400 Bad Request") from None
                if size:
                    self.take(size + 2)
            while self.take_until(b"\r\n"):
                pass
        elif lengths:
            if len(set(lengths)) > 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
                raise Refused("400 Bad Request")
            self.take(int(lengths[0]))


class HTTPServer:
    def __init__(self, address, root):
        self.address = address
        self.root = os.path.realpath(root)

    def serve_forever(self):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(self.address)
            server.listen(128)
            while True:
                connection, _ = server.accept()
                threading.Thread(target=self.handle, args=(connection,), daemon=True).start()

    def handle(self, connection):
        handler = Connection(connection)
        with connection:
            try:
                while self.handle_one(connection, handler):
                    pass
            except Refused as refused:
                self.respond(connection, str(refused), "text/plain", b"refused\n", close=True)
                # What still comes is taken, so that the answer is not lost to a reset.
                connection.shutdown(socket.SHUT_WR)
                connection.settimeout(1)
                while connection.recv(65536):
                    pass
            except OSError:
                pass

    def handle_one(self, connection, handler):
        method, target, version, headers = handler.get_request()
        if "expect" in headers and version == "HTTP/1.1":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        handler.skip_body(headers)
        options = ",".join(headers.get("connection", [])).lower()
        close = "close" in options or version == "HTTP/1.0"
        if method in ("GET", "HEAD"):
            status, kind, content = self.find(target)
            self.respond(connection, status, kind, content, close, method == "HEAD")
        elif method == "POST":
            allow = "Allow: GET, HEAD\r\n"
            self.respond(connection, "405 Not Allowed", "text/plain", b"no\n", close, fields=allow)
        else:
            self.respond(connection, "501 Not Implemented", "text/plain", b"no\n", close)
        return not close

    def find(self, target):
        nothing = "404 Not Found", "text/plain", b"Not Found\n"
        if target.lower().startswith("http://"):
            target = "/" + target[7:].partition("/")[2]
        path = unquote_to_bytes(target.partition("?")[0])
        if b"\0" in path:
            return nothing
        file = os.path.realpath(os.path.join(os.fsencode(self.root), path.lstrip(b"/")))
        if os.path.commonpath([file, os.fsencode(self.root)]) != os.fsencode(self.root):
            return nothing
        if os.path.isdir(file):
            file = os.path.join(file, b"index.html")
        if not os.path.isfile(file):
            return nothing
        kind = mimetypes.guess_type(os.fsdecode(file))[0] or "application/octet-stream"
        with open(file, "rb") as opened:
            return "200 OK", kind, opened.read()

    def respond(self, connection, status, kind, content, close, is_head=False, fields=""):
        head = (
            f"HTTP/1.1 {status}\r\n"
            f"Content-Type: {kind}\r\n"
            f"Content-Length: {len(content)}\r\n"
            f"{fields}{'Connection: close' + chr(13) + chr(10) if close else ''}"
            "\r\n"
        )
        connection.sendall(head.encode("latin-1") + (b"" if is_head else content))


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else "sample_docroot"
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 8080
    HTTPServer(("127.0.0.1", port), folder).serve_forever()
