"""The application behind the router in functional tests."""
import hashlib
import os

import uwsgi

CHUNK = b"x" * 65536


def application(env, start_response):
    path = env.get("PATH_INFO", "/")
    if path == "/ws":
        uwsgi.websocket_handshake(env["HTTP_SEC_WEBSOCKET_KEY"], env.get("HTTP_ORIGIN", ""))
        while True:
            uwsgi.websocket_send(uwsgi.websocket_recv())
    if path == "/env":
        lines = (f"{name}={value}\n" for name, value in sorted(env.items()) if isinstance(value, str))
        return answer(start_response, "200 OK", "".join(lines).encode("latin-1"))
    if path == "/digest":
        digest, left = hashlib.sha256(), int(env.get("CONTENT_LENGTH") or 0)
        while left > 0:
            piece = env["wsgi.input"].read(min(left, 65536))
            if not piece:
                break
            digest.update(piece)
            left -= len(piece)
        return answer(start_response, "200 OK", digest.hexdigest().encode())
    if path == "/big":
        count = int(env["QUERY_STRING"])
        start_response("200 OK", [("Content-Length", str(count * len(CHUNK)))])
        return (CHUNK for _ in range(count))
    if path == "/204":
        start_response("204 No Content", [])
        return []
    if path == "/304":
        start_response("304 Not Modified", [("ETag", '"x"')])
        return []
    if path == "/head":
        start_response("200 OK", [("Content-Length", "11")])
        return [b"" if env["REQUEST_METHOD"] == "HEAD" else b"hello world"]
    if path == "/slow":
        import time

        time.sleep(float(env["QUERY_STRING"]))
    return answer(start_response, "200 OK", os.environ["VASSAL"].encode())


def answer(start_response, status, body):
    start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
