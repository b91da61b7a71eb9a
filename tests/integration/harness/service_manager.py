"""What stands in for systemd: the socket that a service tells its state to."""
import socket

from harness.environment import GUARD_SECONDS


class ServiceManager:
    def __init__(self, address):
        """`address`: a path, or "@" and a name for an abstract socket."""
        self.address = str(address)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + self.address[1:] if self.address.startswith("@") else self.address)
        self._socket.settimeout(GUARD_SECONDS)

    def variables(self, **more):
        return {"NOTIFY_SOCKET": self.address, **more}

    def next(self):
        """The next notification: {name: value}."""
        return dict(line.split("=", 1) for line in self._socket.recv(4096).decode().split("\n"))

    def wait_for(self, **wanted):
        """Passes over notifications until one says all of `wanted`, and gives those passed over with it as the last."""
        seen = []
        while True:
            seen.append(self.next())
            if all(seen[-1].get(name) == value for name, value in wanted.items()):
                return seen

    def pending(self):
        """Those that have come and were not looked at."""
        self._socket.setblocking(False)
        seen = []
        try:
            while True:
                seen.append(self.next())
        except BlockingIOError:
            return seen
        finally:
            self._socket.settimeout(GUARD_SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()
