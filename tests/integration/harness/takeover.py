"""Those who take a host over, and those who must not notice."""
import array
import socket
import threading

from harness.client import Closed, Connection, request_bytes
from harness.environment import GUARD_SECONDS


class FalseSuccessor:
    """A process that speaks a successor's words, and has second thoughts where a test wants it."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(GUARD_SECONDS)
        self._socket.connect(str(path))
        self.sockets = []  # what it was handed

    def say(self, *lines):
        self._socket.send("\n".join(lines).encode())

    def hear(self):
        """The next message's lines; [] where the host has closed the connection."""
        descriptors = array.array("i")
        data, ancillary, _, _ = self._socket.recvmsg(1 << 16, socket.CMSG_SPACE(128 * descriptors.itemsize))
        for _, _, payload in ancillary:
            descriptors.frombytes(payload)
        self.sockets += [socket.socket(fileno=each) for each in descriptors]
        return data.decode().split("\n") if data else []

    def ask(self):
        """Until the host has let go, or refuses; the last message."""
        self.say("take over 1", "no manager")
        while True:
            message = self.hear()
            if message[:1] != ["group"] and message[:1] != ["manager"]:
                return message

    def close(self):
        for each in self.sockets:
            each.close()
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Load:
    """Callers that ask without a pause: some on connections that they keep until an answer says `Connection: close`, some on a
    new one for each request. Any other end of a connection, and any answer but the right one, is a failure."""

    def __init__(self, port, path, keeping=8, short=8, body=lambda value: {"value": value}, answer=lambda value: {"value": 2.0 * value},
                 tls=None):
        self.port = port
        self.path = path
        self.tls = tls
        self.body = body
        self.answer = answer
        self.failures = []
        self.answered = [0] * (keeping + short)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._call, args=(i, i < keeping), daemon=True) for i in range(keeping + short)]

    def _call(self, number, keeps):
        connection = None
        value = number * 1_000_000
        while not self._stop.is_set():
            value += 1
            try:
                connection = connection or Connection("127.0.0.1", self.port, GUARD_SECONDS, self.tls)
                connection.send(request_bytes("POST", self.path, self.body(value)))
                response = connection.read()
                if response.status != 200 or response.json() != self.answer(value):
                    self.failures.append("%d: %r" % (value, response))
                if not keeps or response.closes():
                    connection.close()
                    connection = None
                self.answered[number] += 1
            except (Closed, OSError, AssertionError) as error:
                self.failures.append("%d, %d answers before: %r" % (value, self.answered[number], error))
                connection = None
        if connection is not None:
            connection.close()

    def wait_for_answers(self, each=20):
        """So many more of each caller."""
        wanted = [count + each for count in self.answered]
        while any(have < want for have, want in zip(self.answered, wanted)) and not self.failures:
            self._threads[0].join(0.001)  # gives way to the callers

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join(GUARD_SECONDS)
