#!/usr/bin/env python3
"""Runs `glassport check` against servers that other people wrote, and writes docs/check.md.

    cargo build --release && docs/check.py target/release/glassport

A server that is not installed is left out, and the table says so. Nothing is installed, but for
the two of npm, which go to a folder that is thrown away.
"""

import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

HERE = Path(__file__).parent
PATIENCE = 20

HEAD = """\
# What `glassport check` says of other servers

Written by [check.py](check.py), which starts each of these servers with its defaults in front of
the same three files (a page, a text, a picture), and runs `glassport check --all`. The rules are
those of RFC 9110 and RFC 9112; nothing optional is graded. *Allowed, but* is within the rules and
unusual. *Not asked* is what the server does not offer.

That something is wrong here does not make a bad server: most of these rules are for what no
browser sends. It is said so that a failure of your own server can be told from a false alarm.

## What is said of nginx and Apache

- nginx, `405-says-allow`: RFC 9110 §15.5.6 says "The origin server MUST generate an Allow header
  field in a 405 response containing a list of the target resource's currently supported methods."
  nginx answers a POST for a file with 405, and sends no Allow.
- Apache, `405-says-allow` (allowed, but): a POST for a file is answered with the file. What POST
  means is for the resource to say (RFC 9110 §9.3.3).

## The table
"""


def picture():
    """A small PNG, with octets of every kind in it."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + bytes((x * 7 + y * 13) % 256 for x in range(64)) for y in range(64))
    head = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def site(folder):
    folder.mkdir()
    (folder / "index.html").write_text(
        '<!doctype html>\n<meta charset="utf-8">\n<title>A café</title>\n'
        '<p>Another <a href="hello.txt">file</a>, and a <img src="picture.png" alt="picture">.\n',
        encoding="utf-8",
    )
    (folder / "hello.txt").write_text("hello, and some more octets\n")
    (folder / "picture.png").write_bytes(picture())
    # What was changed just now has a weak tag on some servers.
    for file in folder.iterdir():
        os.utime(file, (1_700_000_000, 1_700_000_000))


def first_line(command):
    said = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    lines = (said.stdout + said.stderr).strip().splitlines()
    return lines[0].strip() if lines else ""


def nginx(folder, port, own):
    config = own / "nginx.conf"
    config.write_text(
        f"daemon off; pid {own}/nginx.pid; error_log {own}/error.log;\n"
        "worker_processes 1; events {}\n"
        "http { types { text/html html; text/plain txt; image/png png; } access_log off;\n"
        f"  client_body_temp_path {own}/body; proxy_temp_path {own}/proxy;\n"
        f"  fastcgi_temp_path {own}/fastcgi; uwsgi_temp_path {own}/uwsgi; scgi_temp_path {own}/scgi;\n"
        f"  server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
    )
    return ["nginx", "-e", f"{own}/error.log", "-p", str(own), "-c", str(config)]


def apache(folder, port, own):
    modules = "/usr/lib/apache2/modules"
    loaded = "".join(
        f"LoadModule {name}_module {modules}/mod_{name}.so\n"
        for name in ["mpm_event", "authz_core", "dir", "mime"]
    )
    config = own / "apache.conf"
    config.write_text(
        f"{loaded}ServerName localhost\nListen 127.0.0.1:{port}\nPidFile {own}/pid\n"
        f"ErrorLog {own}/error.log\nDefaultRuntimeDir {own}\nTypesConfig /etc/mime.types\n"
        f'DocumentRoot {folder}\nDirectoryIndex index.html\n<Directory "{folder}">\n'
        "  Require all granted\n</Directory>\n"
    )
    return ["apache2", "-f", str(config), "-DFOREGROUND"]


def lighttpd(folder, port, own):
    config = own / "lighttpd.conf"
    config.write_text(
        f'server.document-root = "{folder}"\nserver.port = {port}\nserver.bind = "127.0.0.1"\n'
        'index-file.names = ("index.html")\n'
        'mimetype.assign = (".html" => "text/html", ".txt" => "text/plain", ".png" => "image/png")\n'
    )
    return ["lighttpd", "-D", "-f", str(config)]


def npm(name, *arguments):
    def command(folder, port, own):
        subprocess.run(
            ["npm", "install", "--silent", "--prefix", str(own), name],
            check=True,
            capture_output=True,
            timeout=300,
        )
        values = {"port": str(port), "folder": str(folder)}
        return [f"{own}/node_modules/.bin/{name}"] + [one.format(**values) for one in arguments]

    return command


# name, the program that has to be there, how it is started, how it says its version
SERVERS = [
    ("nginx", "nginx", nginx, ["nginx", "-v"]),
    ("Apache httpd", "apache2", apache, ["apache2", "-v"]),
    ("lighttpd", "lighttpd", lighttpd, ["lighttpd", "-v"]),
    (
        "busybox httpd",
        "busybox",
        lambda folder, port, own: ["busybox", "httpd", "-f", "-p", f"127.0.0.1:{port}", "-h", str(folder)],
        ["busybox", "--help"],
    ),
    (
        "mini_httpd",
        "mini_httpd",
        lambda folder, port, own: ["mini_httpd", "-D", "-h", "127.0.0.1", "-p", str(port), "-d", str(folder)],
        ["mini_httpd", "-V"],
    ),
    (
        "darkhttpd",
        "darkhttpd",
        lambda folder, port, own: ["darkhttpd", str(folder), "--addr", "127.0.0.1", "--port", str(port)],
        ["darkhttpd", "--version"],
    ),
    (
        "Python http.server",
        "python3",
        lambda folder, port, own: ["python3", "-m", "http.server", "-b", "127.0.0.1", "-d", str(folder), str(port)],
        ["python3", "--version"],
    ),
    ("http-server (npm)", "npm", npm("http-server", "{folder}", "-a", "127.0.0.1", "-p", "{port}", "-s"), None),
    ("serve (npm)", "npm", npm("serve", "-l", "tcp://127.0.0.1:{port}", "-L", "-u", "{folder}"), None),
    (
        "miniserve",
        "miniserve",
        lambda folder, port, own: ["miniserve", "-i", "127.0.0.1", "-p", str(port), "--index", "index.html", str(folder)],
        ["miniserve", "--version"],
    ),
    (
        "dufs",
        "dufs",
        lambda folder, port, own: ["dufs", "-b", "127.0.0.1", "-p", str(port), "--render-index", str(folder)],
        ["dufs", "--version"],
    ),
    (
        "static-web-server",
        "static-web-server",
        lambda folder, port, own: ["static-web-server", "-a", "127.0.0.1", "-p", str(port), "-d", str(folder)],
        ["static-web-server", "--version"],
    ),
    (
        "simple-http-server",
        "simple-http-server",
        lambda folder, port, own: ["simple-http-server", "--ip", "127.0.0.1", "-p", str(port), "-i", str(folder)],
        ["simple-http-server", "--version"],
    ),
]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def is_there(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def check(glassport, start, folder):
    port = free_port()
    with tempfile.TemporaryDirectory() as own:
        own = Path(own)
        os.chmod(own, 0o755)
        server = subprocess.Popen(
            start(folder, port, own), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            end = time.monotonic() + PATIENCE
            while not is_there(port):
                if server.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("it does not listen")
                time.sleep(0.05)
            begun = time.monotonic()
            command = [glassport, "check", f"http://127.0.0.1:{port}/", "--all", "--format", "json"]
            said = subprocess.run(command, capture_output=True, text=True, timeout=180)
            took = time.monotonic() - begun
            return json.loads(said.stdout), took
        finally:
            server.terminate()
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()


def main():
    glassport = shutil.which(sys.argv[1]) if len(sys.argv) > 1 else shutil.which("glassport")
    if not glassport:
        sys.exit(__doc__)
    ours = (
        "glassport",
        glassport,
        lambda folder, port, own: [glassport, "--no-tui", "-p", str(port), str(folder)],
        [glassport, "--version"],
    )
    rows, details, missing = [], [], []
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        folder = Path(place) / "site"
        site(folder)
        for name, program, start, version in [ours] + SERVERS:
            if not shutil.which(program):
                missing.append(name)
                continue
            try:
                report, took = check(glassport, start, folder)
            except (RuntimeError, subprocess.SubprocessError, ValueError) as error:
                missing.append(f"{name} ({error})")
                continue
            said = first_line(version) if version else ""
            print(f"{name}: {report['wrong']} wrong, {took:.1f} s", file=sys.stderr)
            rows.append(
                f"| {name} | {report['passed']} | {report['wrong']} | {report['allowed']} | "
                f"{report['not_asked']} | {report['stage'] or '–'} |"
            )
            found = [one for one in report["checks"] if one["result"] in ("wrong", "allowed")]
            details.append(f"### {name}\n")
            details.append(f"{said}\n" if said else "")
            for one in found:
                mark = "**wrong**" if one["result"] == "wrong" else "allowed, but"
                details.append(f"- `{one['id']}` {mark}: {one['what']} ({one['clause']})")
            details.append("" if found else "Nothing.\n")
    written = HEAD + "\n| server | passed | wrong | allowed, but | not asked | first stage with something wrong |\n"
    written += "|---|---|---|---|---|---|\n" + "\n".join(rows) + "\n"
    if missing:
        written += f"\nNot at hand when this was written: {', '.join(missing)}.\n"
    written += "\n## What was found\n\n" + "\n".join(line for line in details if line) + "\n"
    written = written.replace("\n### ", "\n\n### ").replace("\n\n\n", "\n\n")
    (HERE / "check.md").write_text(written, encoding="utf-8")


if __name__ == "__main__":
    main()
