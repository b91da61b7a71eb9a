"""TLS on the data port: what it speaks, what it refuses, and how its certificate is changed while the host runs."""
import contextlib
import json
import os
import signal
import socket
import ssl
import struct
import subprocess

from harness import expect
from harness.bundles import held_host
from harness.client import Connection, request_bytes
from harness.environment import GUARD_SECONDS
from harness.operated import Operated, version_of
from harness.takeover import Load

PREDICT = "/models/sum/predict"
USAGE = 2
FAILURES = "slipway_http_tls_handshake_failures_total"


class Pair:
    """A certificate for 127.0.0.1 that its own key has signed, and that key."""

    def __init__(self, folder, name="host", key=("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")):
        self.certificate = folder / (name + ".crt")
        self.key = folder / (name + ".key")
        done = subprocess.run(["openssl", "req", "-x509", *key, "-nodes", "-keyout", self.key, "-out", self.certificate, "-days", "2",
                               "-subj", "/CN=" + name, "-addext", "subjectAltName=IP:127.0.0.1"], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()

    def flags(self):
        return ["--tls-certificate", str(self.certificate), "--tls-key", str(self.key)]

    def client(self, version=None):
        """A client that trusts this certificate alone."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        if version is not None:
            context.minimum_version = context.maximum_version = version
        return context

    def take_place_of(self, other):
        os.replace(self.certificate, other.certificate)
        os.replace(self.key, other.key)


class Secured:
    def __init__(self, env):
        self.env = env
        self.folder = env.folder("certificates")
        self.pair = Pair(self.folder)

    @contextlib.contextmanager
    def host(self, *flags, pair=None, **more):
        pair = pair or self.pair
        with self.env.host(flags=[*pair.flags(), *flags], **more) as host:
            host.tls = pair.client()
            yield host


def setup(env, stack):
    return Secured(env)


def serves(host, tls=None):
    with Connection("127.0.0.1", host.port, GUARD_SECONDS, tls or host.tls) as connection:
        expect.answer(connection.request("POST", PREDICT, [1, 2]), {"sum": 3.0})


# ---- requests

def test_requests_are_answered_on_a_connection_that_is_kept(secured):
    with secured.host() as host:
        expect.contains(host.wait_for_line("listening")["url"], "https://127.0.0.1:")
        for version, name in ((ssl.TLSVersion.TLSv1_2, "TLSv1.2"), (ssl.TLSVersion.TLSv1_3, "TLSv1.3")):
            with Connection("127.0.0.1", host.port, GUARD_SECONDS, secured.pair.client(version)) as connection:
                expect.equal(connection.socket.version(), name, "version")
                expect.equal(connection.socket.compression(), None, "compression")
                for number in range(50):
                    expect.answer(connection.request("POST", PREDICT, [number, 1]), {"sum": number + 1.0})
                    expect.equal(connection.request("GET", "/models").status, 200, "status")
                    expect.equal(connection.request("HEAD", "/models").status, 200, "status of HEAD")
                response = connection.request("GET", "/models", headers={"Connection": "close"})
                assert response.closes()
                connection.expect_closed()  # with close_notify
        expect.equal(host.metric(FAILURES), 0.0, "failed handshakes")


def test_an_rsa_certificate_serves_as_well(secured):
    pair = Pair(secured.folder, "rsa", ("-newkey", "rsa:2048"))
    with secured.host(pair=pair) as host:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            serves(host, pair.client(version))


def test_the_configuration_file_names_the_certificate(secured):
    config = "tls: {certificate: %s, key: %s}\n" % (json.dumps(str(secured.pair.certificate)), json.dumps(str(secured.pair.key)))
    with secured.env.host(config=config) as host:
        serves(host, secured.pair.client())


def test_clients_that_agree_on_nothing_are_refused(secured):
    with secured.host("--threads", "1") as host:
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        old.set_ciphers("ALL:@SECLEVEL=0")
        other_protocol = secured.pair.client()
        other_protocol.set_alpn_protocols(["h2"])
        without_forward_secrecy = secured.pair.client(ssl.TLSVersion.TLSv1_2)
        without_forward_secrecy.set_ciphers("AES128-GCM-SHA256")
        for number, client in enumerate((old, other_protocol, without_forward_secrecy), 1):
            try:
                Connection("127.0.0.1", host.port, GUARD_SECONDS, client)
            except ssl.SSLError as error:
                expect.contains(str(error).lower(), "alert")
            else:
                raise AssertionError("client %d is taken" % number)
            while host.metric(FAILURES) != number:
                pass
        both = secured.pair.client()
        both.set_alpn_protocols(["h2", "http/1.1"])
        with Connection("127.0.0.1", host.port, GUARD_SECONDS, both) as connection:
            expect.equal(connection.socket.selected_alpn_protocol(), "http/1.1", "protocol")


def test_a_session_is_resumed_by_its_ticket(secured):
    client = secured.pair.client()
    with secured.host() as host:
        with Connection("127.0.0.1", host.port, GUARD_SECONDS, client) as connection:
            connection.request("GET", "/models")
            session = connection.socket.session
        assert session.has_ticket
        plain = socket.create_connection(("127.0.0.1", host.port), GUARD_SECONDS)
        with client.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as resumed:
            assert resumed.session_reused


def test_large_bodies_go_both_ways(secured):
    with secured.host("--threads", "1") as host, host.connect() as connection:
        numbers = [1] * 3_000_000
        expect.answer(connection.request("POST", PREDICT, numbers), {"sum": 3e6})
        body = json.dumps(numbers[:100_000]).encode()
        head = request_bytes("POST", PREDICT, None, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
        chunk = b"%x\r\n%s\r\n"
        connection.send(head + b"".join(chunk % (len(piece), piece) for piece in (body[i:i + 50_000] for i in range(0, len(body), 50_000))))
        connection.send(b"0\r\n\r\n")
        expect.answer(connection.read(), {"sum": 1e5})
        # Answers of some 10 MB, of which none is read before all are asked for: the host waits for room.
        page = connection.request("GET", "/docs").body
        asked = 10_000_000 // len(page)
        connection.send(request_bytes("GET", "/docs") * asked)
        with host.connect() as other:
            expect.equal(other.request("GET", "/models").status, 200, "status for others")
        for _ in range(asked):
            assert connection.read().body == page, "the page is damaged"


def test_pipelined_requests_are_answered_in_order(secured):
    with secured.host() as host, host.connect() as connection:
        for size in (1, 7, 1000, 1 << 20):
            data = b"".join(request_bytes("POST", PREDICT, [number]) for number in range(300))
            for at in range(0, len(data), max(size, len(data) // 2000)):
                connection.send(data[at:at + max(size, len(data) // 2000)])
            for number in range(300):
                expect.answer(connection.read(), {"sum": float(number)})


def test_an_answer_that_comes_later_is_sent_too(secured):
    with held_host(secured.env, flags=secured.pair.flags()) as (host, gate):
        host.tls = secured.pair.client()
        with host.connect() as connection:
            connection.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
            gate.wait_for_arrival()
            connection.send(request_bytes("GET", "/health/live"))  # read ahead
            gate.release()
            expect.equal(connection.read().status, 200, "status")
            expect.equal(connection.read().status, 200, "status of the next")


def test_who_goes_away_before_the_answer_is_noticed(secured):
    with held_host(secured.env, flags=secured.pair.flags()) as (host, gate):
        host.tls = secured.pair.client()
        with host.connect() as connection:
            connection.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
            gate.wait_for_arrival()
        while host.metric("slipway_http_disconnects_total") != 1:
            pass
        gate.release()


def test_who_says_its_end_with_its_last_request_is_answered_and_let_go(secured):
    """close_notify comes in the same packet as the request, and the socket stays open: nothing more is heard of it."""
    with secured.host("--threads", "1", config="limits: {idle_timeout: 100m}\n") as host:
        raw = socket.create_connection(("127.0.0.1", host.port), GUARD_SECONDS)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = secured.pair.client(ssl.TLSVersion.TLSv1_2).wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
        while True:
            try:
                client.do_handshake()
                break
            except ssl.SSLWantReadError:
                raw.sendall(outgoing.read())
                incoming.write(raw.recv(1 << 16))
        raw.sendall(outgoing.read())
        client.write(request_bytes("POST", PREDICT, [4]))
        with contextlib.suppress(ssl.SSLWantReadError):
            client.unwrap()
        raw.sendall(outgoing.read())
        received = b""
        while more := raw.recv(1 << 16):  # until the host ends the connection
            incoming.write(more)
            with contextlib.suppress(ssl.SSLWantReadError, ssl.SSLZeroReturnError):
                received += client.read(1 << 16)
        raw.close()
        expect.contains(received.decode(), "HTTP/1.1 200 OK", '{"sum":4.0}')


def test_many_connections_at_once(secured):
    room = "overrides: {sum: {limits: {queue: 400}}}\n"  # where the model runs on the pool
    with secured.host("--threads", "2", config=room) as host, contextlib.ExitStack() as stack:
        connections = [stack.enter_context(host.connect()) for _ in range(300)]
        for connection in connections:
            connection.send(request_bytes("POST", PREDICT, [5]))
        for connection in connections:
            expect.answer(connection.read(), {"sum": 5.0})
        with Load(host.port, PREDICT, body=lambda value: [value], answer=lambda value: {"sum": float(value)}, tls=host.tls) as load:
            load.wait_for_answers()
        expect.equal(load.failures, [], "failures")
        expect.equal(host.metric(FAILURES), 0.0, "failed handshakes")


# ---- handshakes that come to nothing

def test_a_plain_client_is_closed_and_counted(secured):
    with secured.host() as host:
        with Connection("127.0.0.1", host.port, GUARD_SECONDS) as plain:
            plain.send(request_bytes("GET", "/models"))
            plain.expect_closed()
        expect.equal(host.metric(FAILURES), 1.0, "failed handshakes")
        serves(host)


def test_an_aborted_handshake_is_closed_and_counted(secured):
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    with secured.host("--threads", "1") as host:
        for number, begin in enumerate((b"", hello[:3], hello, b"\x00" * 100, b"\xff" * 70_000), 1):
            for reset in (False, True):
                raw = socket.create_connection(("127.0.0.1", host.port), GUARD_SECONDS)
                with contextlib.suppress(ConnectionError):
                    raw.sendall(begin)
                if reset:
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                raw.close()
            while host.metric(FAILURES) != 2.0 * number:
                pass
        distrusting = ssl.create_default_context()  # breaks off when it sees the certificate
        with contextlib.suppress(ssl.SSLCertVerificationError):
            Connection("127.0.0.1", host.port, GUARD_SECONDS, distrusting)
        serves(host)
        while host.metric("slipway_http_connections_open") != 1.0:
            pass


def test_a_handshake_that_takes_too_long_is_ended(secured):
    with secured.host("--threads", "1", config="limits: {header_timeout: 1s}\n") as host:
        raw = socket.create_connection(("127.0.0.1", host.port), GUARD_SECONDS)
        raw.sendall(b"\x16\x03\x01")
        expect.equal(raw.recv(1), b"", "what a slow client gets")
        raw.close()


def test_who_shakes_no_hands_does_not_lock_others_out(secured):
    with secured.host("--threads", "1", config="limits: {connections: 10, connections_per_address: 10}\n") as host:
        silent = [socket.create_connection(("127.0.0.1", host.port), GUARD_SECONDS) for _ in range(50)]
        for _ in range(5):
            serves(host)
        for each in silent:
            each.close()


def test_connections_over_the_cap_are_told_so_and_hold_nobody_up(secured):
    flags = [*secured.pair.flags(), "--threads", "1"]
    with held_host(secured.env, "limits: {connections: 1, connections_per_address: 1}\n", flags) as (host, gate):
        host.tls = secured.pair.client()
        with host.connect() as busy:
            busy.send(request_bytes("POST", "/models/held/predict", {"value": 1}))
            gate.wait_for_arrival()
            with host.connect() as one_more:
                refused = one_more.read()
                expect.equal((refused.status, refused.closes()), (503, True), "refusal")
                one_more.expect_closed()
            silent = [socket.create_connection(("127.0.0.1", host.port), GUARD_SECONDS) for _ in range(100)]
            gate.release()
            expect.equal(busy.read().status, 200, "status")
            for each in silent:
                each.close()


# ---- certificates

def certificate_of(connection):
    return dict(pair[0] for pair in connection.socket.getpeercert()["subject"])["commonName"]


def test_sighup_takes_the_new_certificate_and_keeps_connections(secured):
    served = Pair(secured.folder, "first")
    old_client = served.client()
    with secured.host("--threads", "2", pair=served) as host:
        with host.connect() as old:
            expect.equal(certificate_of(old), "first", "certificate")
            second = Pair(secured.folder, "second")
            new_client = second.client()
            second.take_place_of(served)
            with Connection("127.0.0.1", host.port, GUARD_SECONDS, old_client) as before:
                expect.equal(certificate_of(before), "first", "certificate before the signal")
            host.signal(signal.SIGHUP)
            assert host.wait_for_line("the certificate was read again")["expires"]
            host.tls = new_client
            for _ in range(8):
                with host.connect() as connection:
                    expect.equal(certificate_of(connection), "second", "certificate")
                    expect.answer(connection.request("POST", PREDICT, [1]), {"sum": 1.0})
            expect.answer(old.request("POST", PREDICT, [2]), {"sum": 2.0})
            # Wrong files change nothing.
            good = served.key.read_bytes()
            for number, (wrong, words) in enumerate(((b"", "private key"), (secured.pair.key.read_bytes(), "not the key"),
                                                     (None, "No such file")), 1):
                served.key.unlink()
                if wrong is not None:
                    served.key.write_bytes(wrong)
                host.signal(signal.SIGHUP)
                expect.contains(host.wait_for_line("the certificate stays as it was", number)["why"], str(served.key), words)
                serves(host)
                if wrong is None:
                    served.key.write_bytes(good)
            expect.answer(old.request("POST", PREDICT, [2]), {"sum": 2.0})
            host.signal(signal.SIGHUP)
            host.wait_for_line("the certificate was read again", 2)
            serves(host)


def test_certificates_change_under_load_and_no_request_is_lost(secured):
    with secured.host("--threads", "2") as host:
        with Load(host.port, PREDICT, 4, 4, lambda value: [value], lambda value: {"sum": float(value)}, host.tls) as load:
            for rotation in range(1, 11):
                host.signal(signal.SIGHUP)
                host.wait_for_line("the certificate was read again", rotation)
                load.wait_for_answers(3)
        expect.equal(load.failures, [], "failures of %d" % sum(load.answered))


def test_a_chain_is_sent_whole(secured):
    """A root that the client trusts, one between, and the host's own."""
    folder = secured.env.folder("chain")

    def openssl(*arguments):
        done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, cwd=folder, check=False)
        assert done.returncode == 0, done.stderr.decode()

    (folder / "ca.ext").write_text("basicConstraints=critical,CA:TRUE\n")
    (folder / "host.ext").write_text("subjectAltName=IP:127.0.0.1\n")
    for name in ("root", "middle", "leaf"):
        openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", name + ".key")
    openssl("req", "-x509", "-key", "root.key", "-out", "root.crt", "-subj", "/CN=root", "-days", "2")
    for name, signer, extensions in (("middle", "root", "ca.ext"), ("leaf", "middle", "host.ext")):
        openssl("req", "-new", "-key", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name)
        openssl("x509", "-req", "-in", name + ".csr", "-CA", signer + ".crt", "-CAkey", signer + ".key", "-CAcreateserial", "-days", "2",
                "-extfile", extensions, "-out", name + ".crt")
    (folder / "chain.pem").write_bytes((folder / "leaf.crt").read_bytes() + (folder / "middle.crt").read_bytes())
    with secured.env.host(flags=["--tls-certificate", str(folder / "chain.pem"), "--tls-key", str(folder / "leaf.key")]) as host:
        serves(host, ssl.create_default_context(cafile=str(folder / "root.crt")))


def test_wrong_files_are_named_and_nothing_starts(secured):
    folder, pair = secured.folder, secured.pair
    other = Pair(folder, "other")
    rsa = Pair(folder, "weak", ("-newkey", "rsa:1024"))
    empty, noise, locked, damaged = (folder / name for name in ("empty.pem", "noise.pem", "locked.key", "damaged.crt"))
    empty.write_bytes(b"")
    noise.write_bytes(os.urandom(3000))
    subprocess.run(["openssl", "ec", "-in", pair.key, "-aes256", "-passout", "pass:secret", "-out", locked], check=True, capture_output=True)
    text = pair.certificate.read_text()
    damaged.write_text(text + text.replace("MII", "!!!", 1))
    for certificate, key, *words in ((folder / "nowhere.crt", pair.key, "nowhere.crt", "No such file"),
                                     (pair.certificate, folder / "nowhere.key", "nowhere.key", "No such file"),
                                     (folder, pair.key, str(folder)),
                                     (empty, pair.key, "empty.pem", "certificate in PEM form"),
                                     (noise, pair.key, "noise.pem", "certificate in PEM form"),
                                     (pair.key, pair.key, "host.key", "certificate in PEM form"),
                                     (damaged, pair.key, "damaged.crt"),
                                     (pair.certificate, noise, "noise.pem", "private key in PEM form"),
                                     (pair.certificate, pair.certificate, "host.crt", "private key in PEM form"),
                                     (pair.certificate, locked, "locked.key", "without a passphrase"),
                                     (pair.certificate, other.key, "other.key", "host.crt", "not the key of the certificate"),
                                     (pair.certificate, rsa.key, "weak.key", "not the key of the certificate"),
                                     (rsa.certificate, rsa.key, "weak.crt", "too small"),
                                     (pair.certificate, None, "--tls-key", "both"),
                                     (None, pair.key, "--tls-certificate", "both")):
        flags = (["--tls-certificate", certificate] if certificate else []) + (["--tls-key", key] if key else [])
        done = secured.env.run("serve", "--models", secured.env.models, "--listen", "127.0.0.1:0", *flags)
        expect.equal(done.exit, USAGE, "exit with %s (%s)" % (words[0], done.err))
        expect.contains(done.err, "tls", *words)
        assert "PRIVATE KEY-----" not in done.err, "the key is quoted: %s" % done.err
    file = secured.env.folder("config") / "slipway.yaml"
    for text, words in (("tls: {certificate: a}\n", ["slipway.yaml:1:", "key"]), ("tls: yes\n", ["slipway.yaml:1:"]),
                        ("tls: {certificate: a, key: b, port: 1}\n", ["slipway.yaml:1:", "port"])):
        file.write_text(text)
        done = secured.env.run("serve", "--models", secured.env.models, "--listen", "127.0.0.1:0", "--config", file)
        expect.equal(done.exit, USAGE, "exit")
        expect.contains(done.err, *words)


# ---- the rest of the host

def test_the_last_answer_before_the_end_comes_whole(secured):
    with secured.host("--threads", "2") as host:
        connections = [host.connect() for _ in range(20)]
        for connection in connections:
            connection.request("GET", "/models")
        for connection in connections:
            connection.send(request_bytes("POST", PREDICT, [7]))
        host.signal(signal.SIGTERM)
        for connection in connections:
            expect.answer(connection.read(), {"sum": 7.0})
        for connection in connections:
            connection.expect_closed()
        expect.equal(host.wait(), 0, "exit")


def test_operators_speak_plainly_and_a_new_host_takes_over(secured):
    operated = Operated(secured.env)
    flags = ("--store", str(operated.store), "--cache", str(secured.env.folder("cache")), *secured.pair.flags())
    client = secured.pair.client()
    with secured.env.host(False, flags=flags) as old:
        old.tls = client
        operated.publish("1.0.0")
        operated.release("1.0.0")
        expect.equal(version_of(old), "1.0.0", "version")
        with contextlib.ExitStack() as stack:
            with Load(old.port, "/models/doubler/predict", 4, 4, tls=client) as load:
                load.wait_for_answers()
                new = stack.enter_context(secured.env.host(False, flags=(*flags, "--takeover")))
                new.tls = client
                new.wait_for_line("taken over")
                expect.equal(old.wait(), 0, "exit status of the old host")
                load.wait_for_answers()
            expect.equal(load.failures, [], "failures of %d" % sum(load.answered))
            expect.equal(version_of(new), "1.0.0", "version")
