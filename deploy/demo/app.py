"""The demo application: a greeting, its environment, an upload echoed back, a WebSocket echoed back."""
import uwsgi


def application(env, start_response):
    path = env.get("PATH_INFO", "/")
    if path == "/ws":
        uwsgi.websocket_handshake(env["HTTP_SEC_WEBSOCKET_KEY"], env.get("HTTP_ORIGIN", ""))
        while True:
            uwsgi.websocket_send(uwsgi.websocket_recv())
    if path == "/echo":
        body = env["wsgi.input"].read(int(env.get("CONTENT_LENGTH") or 0))
        return answer(start_response, "application/octet-stream", body)
    if path == "/env":
        lines = (f"{name}={value}\n" for name, value in sorted(env.items()) if isinstance(value, str))
        return answer(start_response, "text/plain", "".join(lines).encode())
    return answer(start_response, "text/plain", b"Hello from a signed uWSGI application.\n")


def answer(start_response, content_type, body):
    start_response("200 OK", [("Content-Type", content_type), ("Content-Length", str(len(body)))])
    return [body]
