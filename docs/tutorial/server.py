#!/usr/bin/env python3
"""A server written as the tutorial says, and no more than that.

Serves a folder straight from the socket API: server.py [FOLDER [PORT]]
"""

import mimetypes
import os
import socket
import sys
import threading


class TCPServer:
    def __init__(self, address, connection_handler):
        self.address = address
        self.connection_handler = connection_handler

    def serve_forever(self):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(self.address)
            server.listen()
            while True:
                connection, _ = server.accept()
                threading.Thread(target=self.connection_handler, args=(connection,)).start()


class BadRequest(Exception):
    pass


class HTTPConnectionHandler:
    def __init__(self, connection):
        self.connection = connection
        self.unprocessed_data = ""

    def get_request(self):
        while True:
            if "\r\n\r\n" in self.unprocessed_data:
                end_of_request_index = self.unprocessed_data.index("\r\n\r\n")
                # Pull off a request
                request_string = self.unprocessed_data[:end_of_request_index]
                # Delete from buffer
                self.unprocessed_data = self.unprocessed_data[
                    end_of_request_index + len("\r\n\r\n") :
                ]
                return self.parse_request(request_string)
            # Receive 1024 bytes from the socket at a time
            data = self.connection.recv(1024).decode("utf-8")
            if not data:
                return None
            self.unprocessed_data += data

    def parse_request(self, request_string):
        lines = request_string.split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3:
            raise BadRequest
        headers = {}
        for line in lines[1:]:
            parts = line.split(": ")
            if len(parts) != 2:
                raise BadRequest
            headers[parts[0]] = parts[1]
        return words[0], words[1], headers


class HTTPServer:
    def __init__(self, address, root):
        self.root = root
        self.tcp_server = TCPServer(address, self.handle)

    def serve_forever(self):
        self.tcp_server.serve_forever()

    def handle(self, connection):
        handler = HTTPConnectionHandler(connection)
        with connection:
            while True:
                try:
                    request = handler.get_request()
                except BadRequest:
                    self.respond(connection, "400 Bad Request", "text/plain", b"Bad Request")
                    return
                if request is None:
                    return
                method, path, headers = request
                self.serve_file(connection, path)
                if headers.get("Connection") != "keep-alive":
                    return

    def serve_file(self, connection, path):
        if path == "/":
            path = "/index.html"
        file = self.root + path
        if not os.path.isfile(file):
            self.respond(connection, "404 Not Found", "text/plain", b"Not Found")
            return
        kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
        with open(file, "rb") as opened:
            content = opened.read()
        self.respond(connection, "200 OK", kind, content)

    def respond(self, connection, status, kind, content):
        head = (
            f"HTTP/1.1 {status}\r\n"
            f"Content-Type: {kind}\r\n"
            f"Content-Length: {len(content)}\r\n"
            "\r\n"
        )
        connection.sendall(head.encode("utf-8") + content)


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else "sample_docroot"
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 8080
    HTTPServer(("127.0.0.1", port), folder).serve_forever()
