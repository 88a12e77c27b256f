"""What we ask for on behalf of a stranger's mail, and of whom."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.conversations.remote_images.conftest import picture
from wagtail_helpdesk.conversations.remote_images import fetch as fetching
from wagtail_helpdesk.conversations.remote_images.fetch import FetchFailed, fetch
from wagtail_helpdesk.outside import guard
from wagtail_helpdesk.outside.guard import Refused, is_public, public_address


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("100.100.100.200", False),
        ("169.254.169.254", False),
        ("168.63.129.16", False),
        ("192.0.0.192", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fd00:ec2::254", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("nonsense", False),
    ],
)
def test_public_numbers(number, expected):
    assert is_public(number) is expected


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "[::1]", "no..name"])
@pytest.mark.parametrize("port", [80, 443])
def test_this_machine_is_refused_however_it_is_spelled(host, port, monkeypatch):
    if host not in ("127.0.0.1", "localhost"):
        # As the resolver reads such spellings.
        number = ("127.0.0.1", port)
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kw: [(socket.AF_INET, 1, 6, "", number)])
    with pytest.raises(Refused):
        public_address(host, port)


def test_one_inner_number_among_public_ones_is_enough_to_refuse(monkeypatch):
    found = [(socket.AF_INET, 1, 6, "", (number, 80)) for number in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kw: found)
    with pytest.raises(Refused):
        public_address("mixed.example", 80)
    del found[1]
    assert public_address("mixed.example", 80) == (socket.AF_INET, ("93.184.216.34", 80))


@pytest.mark.parametrize("port", [22, 25, 6379, 8000, 8443])
def test_ports_of_the_web_only(port, monkeypatch):
    number = ("93.184.216.34", port)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kw: [(socket.AF_INET, 1, 6, "", number)])
    with pytest.raises(Refused):
        public_address("shop.example", port)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://e.org/a.png",
        "file:///etc/passwd",
        "gopher://e.org/",
        "//e.org/a.png",
        "/admin/",
        "http:///a.png",
        "http://ana:secret@e.org/a.png",
        "http://e.org:99999/a.png",
        "http://[::1/a.png",
        "http://e.org/" + "a" * 9000,
        "",
    ],
)
def test_no_plain_web_address(address):
    with pytest.raises(FetchFailed, match="address"):
        fetch(address)


class TestRequest:
    def test_gives_nothing_away(self, elsewhere):
        assert fetch(elsewhere.answer("/a.png", b"png")) == b"png"
        (path, headers, _body), *more = elsewhere.seen
        assert path == "/a.png" and not more
        assert headers == {
            "Host": f"127.0.0.1:{elsewhere.port}",
            "User-Agent": "Mozilla/5.0",
            "Accept": "image/*",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }

    def test_cookies_of_an_earlier_answer_are_not_sent(self, elsewhere):
        elsewhere.answer("/b.png", b"png")
        fetch(elsewhere.answer("/a.png", status=302, Location="/b.png", Set_Cookie="id=1; Path=/"))
        assert "Cookie" not in elsewhere.seen[1][1]

    def test_line_ends_in_an_address_add_no_header(self, elsewhere):
        address = elsewhere.answer("/a%0D%0AX-Evil:%201", b"png").replace("%0D%0A", "\r\n").replace("%20", " ")
        with pytest.raises(FetchFailed):
            fetch(address)
        assert all("X-Evil" not in headers for _path, headers, _body in elsewhere.seen)

    def test_letters_and_queries_are_quoted(self, elsewhere):
        fetch(elsewhere.answer("/caf%C3%A9?q=a%20b&x=%2F", b"png").replace("%C3%A9", "é").replace("%20", " "))
        assert elsewhere.seen[0][0] == "/caf%C3%A9?q=a%20b&x=%2F"


class TestRedirects:
    def test_is_followed(self, elsewhere):
        elsewhere.answer("/b.png", b"png")
        assert fetch(elsewhere.answer("/a.png", status=301, Location="b.png")) == b"png"

    @pytest.mark.parametrize(
        "target",
        [
            "http://127.0.0.1:{other}/",
            "http://127.0.0.1/",
            "http://localhost:{other}/",
            "file:///etc/passwd",
            "//localhost/admin/",
        ],
    )
    def test_each_hop_is_checked(self, elsewhere, target):
        location = target.format(other=elsewhere.port + 1)
        with pytest.raises(FetchFailed, match=r"refused|address"):
            fetch(elsewhere.answer("/a.png", status=302, Location=location))
        assert len(elsewhere.seen) == 1

    def test_a_name_that_changes_after_the_check_changes_nothing(self, elsewhere, monkeypatch):
        asked = []

        def rebinding(host, port, **kwargs):
            asked.append(host)
            return [(socket.AF_INET, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port))]

        elsewhere.answer("/a.png", b"png")
        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        assert fetch(elsewhere.url("/a.png", host="rebinding.example")) == b"png"
        assert asked == ["rebinding.example"]

    def test_circle_ends(self, elsewhere):
        with pytest.raises(FetchFailed, match="redirects"):
            fetch(elsewhere.answer("/a.png", status=302, Location="/a.png"))
        assert len(elsewhere.seen) == fetching.MAX_REDIRECTS + 1


class TestLimits:
    @pytest.mark.parametrize("status", [204, 206, 304, 403, 404, 500])
    def test_only_success(self, elsewhere, status):
        with pytest.raises(FetchFailed, match="status"):
            fetch(elsewhere.answer("/a.png", b"", status=status))

    @pytest.mark.parametrize("says_so", [True, False])
    def test_size(self, elsewhere, monkeypatch, says_so):
        monkeypatch.setattr(fetching, "MAX_BYTES", 1000)
        headers = {"Content_Length": "1001"} if says_so else {}
        with pytest.raises(FetchFailed, match="size"):
            fetch(elsewhere.answer("/big.png", b"x" * 1001, **headers))
        assert len(fetch(elsewhere.answer("/fits.png", b"x" * 1000))) == 1000

    @pytest.mark.parametrize("drips", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
    def test_time_for_all_of_it(self, elsewhere, monkeypatch, drips):
        monkeypatch.setattr(fetching, "TIMEOUT", 0.3)
        done = threading.Event()

        def drip(handler):
            handler.wfile.write(drips)
            while not done.wait(0.05):
                try:
                    handler.wfile.write(b"x")
                except OSError:
                    return

        elsewhere.answers["/slow.png"] = drip
        with pytest.raises(FetchFailed, match="TimeoutError"):
            fetch(elsewhere.url("/slow.png"))
        done.set()

    @pytest.mark.parametrize(
        "nonsense", [b"", b"\x00\x01\n\n", b"HTTP/9 x\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 500]
    )
    def test_answers_that_are_none(self, elsewhere, nonsense):
        elsewhere.answers["/a.png"] = lambda handler: handler.wfile.write(nonsense)
        with pytest.raises(FetchFailed):
            fetch(elsewhere.url("/a.png"))

    def test_nobody_listens(self, monkeypatch):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
            monkeypatch.setattr(guard, "_allowed_in_tests", frozenset({("127.0.0.1", port)}))
            with pytest.raises(FetchFailed, match="ConnectionRefusedError"):
                fetch(f"http://127.0.0.1:{port}/a.png")


def test_certificates_are_verified(tmp_path, monkeypatch):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "server.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        monkeypatch.setattr(guard, "_allowed_in_tests", frozenset({("127.0.0.1", port)}))
        errors = []

        def serve():
            plain, _address = listener.accept()
            with plain:
                try:
                    context.wrap_socket(plain, server_side=True).close()
                except (ssl.SSLError, OSError) as error:
                    errors.append(error)

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(FetchFailed, match="SSLCertVerificationError"):
            fetch(f"https://127.0.0.1:{port}/a.png")
        thread.join()
    assert errors


def test_a_real_picture_passes(elsewhere):
    content = picture()
    assert fetch(elsewhere.answer("/a.png", content)) == content
