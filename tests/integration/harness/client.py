"""An HTTP/1.1 client that sends exactly the bytes it is given, and takes nothing for granted in what comes back."""
import json
import re
import socket


def request_bytes(method, path, body=None, headers=(), content_type="application/json", version="1.1"):
    """A whole request. `body`: bytes, or what becomes JSON; None: no body."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()
    lines = ["%s %s HTTP/%s" % (method, path, version), "Host: test"]
    if body is not None:
        if content_type is not None:
            lines.append("Content-Type: " + content_type)
        lines.append("Content-Length: %d" % len(body))
    lines += ["%s: %s" % (name, value) for name, value in dict(headers).items()]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


class Response:
    def __init__(self, status, reason, fields, body):
        self.status = status
        self.reason = reason
        self.fields = fields  # (name, value) in order
        self.body = body

    def header(self, name):
        values = [value for key, value in self.fields if key.lower() == name.lower()]
        assert len(values) <= 1, "%s comes %d times" % (name, len(values))
        return values[0] if values else None

    def json(self):
        return json.loads(self.body.decode("utf-8"), parse_constant=_refuse_constant)

    def closes(self):
        return (self.header("Connection") or "").lower() == "close"

    def __repr__(self):
        return "%d %s %s" % (self.status, self.fields, self.body[:500])


def _refuse_constant(text):
    raise ValueError("%s is not JSON" % text)


class Closed(Exception):
    """The server ended the connection; `got` are the bytes of an answer that came before."""

    def __init__(self, got):
        super().__init__("the connection ended after %r" % got[:200])
        self.got = got


class Connection:
    def __init__(self, host, port, guard_seconds, tls=None):
        """`tls`: the ssl.SSLContext of a connection that speaks TLS. Its end without close_notify is an error then."""
        self.socket = socket.create_connection((host, port), guard_seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            self.socket = tls.wrap_socket(self.socket, server_hostname=host, suppress_ragged_eofs=False)
        self._buffer = b""

    def send(self, data):
        self.socket.sendall(data)

    def request(self, *arguments, **named):
        self.send(request_bytes(*arguments, **named))
        return self.read(head=arguments[0] == "HEAD")

    def read(self, head=False, interim=False):
        """The next answer; 1xx only where `interim`. `head`: the request was HEAD."""
        raw = self._take_until(b"\r\n\r\n")
        status_line, *lines = raw[:-4].decode("latin-1").split("\r\n")
        match = re.fullmatch(r"HTTP/1\.1 (\d{3}) ([ -~]*)", status_line)
        assert match, "not a status line: %r" % status_line
        status = int(match.group(1))
        fields = []
        for line in lines:
            field = re.fullmatch(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\t -~]*)", line)
            assert field, "not a header line: %r" % line
            fields.append(field.groups())
        response = Response(status, match.group(2), fields, b"")
        if status < 200:
            assert interim, "a %d that was not asked for" % status
            return response
        length = response.header("Content-Length")
        assert length is not None and re.fullmatch(r"\d+", length), "no Content-Length in %r" % (response,)
        response.body = b"" if head else self._take(int(length))
        return response

    def expect_closed(self):
        """The server ends the connection, and nothing more comes before that."""
        assert self._buffer == b"", "more came: %r" % self._buffer[:200]
        rest = self._receive()
        assert rest == b"", "instead of the connection's end came %r" % rest[:200]
        self.close()  # the server waits a while for that

    def _receive(self):
        try:
            return self.socket.recv(1 << 18)
        except (ConnectionResetError, BrokenPipeError):
            return b""

    def _fill(self):
        more = self._receive()
        if not more:
            raise Closed(self._buffer)
        self._buffer += more

    def _take_until(self, mark):
        while mark not in self._buffer:
            self._fill()
        return self._take(self._buffer.index(mark) + len(mark))

    def _take(self, size):
        if len(self._buffer) < size:  # in pieces: appending a large body to a buffer again and again is quadratic
            pieces, have = [self._buffer], len(self._buffer)
            while have < size:
                more = self._receive()
                if not more:
                    raise Closed(b"".join(pieces))
                pieces.append(more)
                have += len(more)
            self._buffer = b"".join(pieces)
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def end_sending(self):
        self.socket.shutdown(socket.SHUT_WR)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class UnixConnection(Connection):
    def __init__(self, path, guard_seconds=300):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(guard_seconds)
        self.socket.connect(path)
        self._buffer = b""
