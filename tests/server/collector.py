"""A collector of OpenTelemetry, made of the official protobuf definitions: what does not parse
is refused. It answers as it is told to on standard input ("200", "503 1", "400"), and prints a
line for each request that it took: its path and what was parsed, as JSON."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2 as metrics
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces

KINDS = {
    "/v1/traces": traces.ExportTraceServiceRequest,
    "/v1/metrics": metrics.ExportMetricsServiceRequest,
}
answer = ["200"]


def ids(message):
    """json_format reads bytes as base64, OTLP writes identifiers in hexadecimal digits: as bytes
    they have to have their lengths."""
    for resource in message.get("resourceSpans", []):
        for scope in resource["scopeSpans"]:
            for span in scope["spans"]:
                import base64

                for name, length in [("traceId", 16), ("spanId", 8), ("parentSpanId", 8)]:
                    octets = bytes.fromhex(span[name])
                    if len(octets) not in ([0, length] if name == "parentSpanId" else [length]):
                        raise ValueError(f"{name}: {span[name]}")
                    span[name] = base64.b64encode(octets).decode()


class Collector(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, *after = answer[0].split()
        if status == "200":
            try:
                if self.headers["Content-Type"] != "application/json":
                    raise ValueError(self.headers["Content-Type"])
                message = json.loads(body)
                plain = json.dumps(message)
                ids(message)
                json_format.ParseDict(message, KINDS[self.path]())
                print(self.path, plain, flush=True)
            except Exception as error:  # whatever is wrong with it
                print("refused", repr(error), flush=True)
                status = "400"
        else:
            print("answered", status, flush=True)
        self.send_response(int(status))
        if after:
            self.send_header("Retry-After", after[0])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Collector)
print("port", server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
for line in sys.stdin:
    answer[0] = line.strip()
    print("told", line.strip(), flush=True)
