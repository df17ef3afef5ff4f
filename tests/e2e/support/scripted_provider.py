# SPDX-License-Identifier: Apache-2.0
"""OpenID providers that tell the truth but for what a test has them say: many issuers behind one TLS listener."""
import base64
import collections
import dataclasses
import hashlib
import json
import secrets
import socket
import ssl
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

from .origin import OriginConnection

SECRET = "a secret of at least thirty-two characters"
CLIENT = "hawser"


def b64(data):
    return base64.urlsafe_b64encode(data if isinstance(data, bytes) else data.encode()).rstrip(b"=").decode()


def number(value):
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def part(value):
    """A token's part: an object, or text as it stands."""
    return b64(value if isinstance(value, (str, bytes)) else json.dumps(value))


class EcKey:
    """ES256."""
    algorithm = "ES256"

    def __init__(self, kid):
        self.kid, self.private = kid, ec.generate_private_key(ec.SECP256R1())

    def public(self):
        numbers = self.private.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "kid": self.kid, "use": "sig", "alg": "ES256",
                "x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}

    def der(self, data):
        return self.private.sign(data, ec.ECDSA(hashes.SHA256()))

    def sign(self, data, _algorithm="ES256"):
        r, s = utils.decode_dss_signature(self.der(data))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class RsaKey:
    """RS256, or PS256 of a key that is not for it."""
    algorithm = "RS256"

    def __init__(self, kid, bits=2048):
        self.kid, self.private = kid, rsa.generate_private_key(65537, bits)

    def public(self, **changes):
        numbers = self.private.public_key().public_numbers()
        return {"kty": "RSA", "kid": self.kid, "use": "sig", "alg": "RS256", "n": number(numbers.n), "e": number(numbers.e),
                **changes}

    def pem(self):
        return self.private.public_key().public_bytes(serialization.Encoding.PEM,
                                                      serialization.PublicFormat.SubjectPublicKeyInfo)

    def sign(self, data, algorithm="RS256"):
        way = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if algorithm == "PS256" else padding.PKCS1v15()
        return self.private.sign(data, way, hashes.SHA256())


EC, RSA, ENCRYPTION, STRANGER = EcKey("ec"), RsaKey("rsa"), RsaKey("enc"), EcKey("ec")


@dataclasses.dataclass
class Login:
    """What the engine asked for when it sent the browser."""
    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str
    code: str = dataclasses.field(default_factory=lambda: secrets.token_urlsafe(24))


class Issuer:
    """One provider. `lies` {step: function(truth, issuer, login)} replaces what it would say: `description`, `keys`,
    `header`, `claims`, `token` (the compact text), `answer` (the token endpoint's), `userinfo`, `sent_back` (the
    callback's parameters), `refresh` (status and answer in place of new tokens, None for those); and `raw description`, `raw keys`, `raw token`, `raw userinfo`: the bytes of the whole HTTP
    response, or a function that takes the connection."""

    def __init__(self, name, listener):
        self.name = name
        self.listener = listener
        self.url = f"{listener.base}/{name}"
        self.lies = {}
        self.key = EC
        self.clock_ahead_s = 0
        self.takes_any_verifier = False  # and any code as often as it comes
        self.moved_to = "token"  # the token endpoint, below the issuer
        self.asked = collections.Counter()
        self.logins = {}
        self.said = []  # tokens, the last at the end

    def say(self, step, truth, login=None):
        change = self.lies.get(step)
        return change(truth, self, login) if change else truth

    def description(self):
        return self.say("description", {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize", "jwks_uri": f"{self.url}/keys",
            "token_endpoint": f"{self.url}/{self.moved_to}", "userinfo_endpoint": f"{self.url}/userinfo",
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256", "RS256"], "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True})

    def key_set(self):
        enc = ENCRYPTION.public(use="enc")
        del enc["alg"]
        return self.say("keys", {"keys": [EC.public(), RSA.public(), enc]})

    def id_token(self, login, access_token):
        now = int(time.time()) + self.clock_ahead_s
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = self.say("claims", {
            "iss": self.url, "aud": login.client_id, "sub": "ada", "groups": ["staff"], "iat": now, "exp": now + 600,
            "auth_time": now, "nonce": login.nonce, "at_hash": b64(half)}, login)
        header = self.say("header", {"alg": self.key.algorithm, "typ": "JWT", "kid": self.key.kid}, login)
        signed = f"{part(header)}.{part(claims)}"
        token = self.say("token", f"{signed}.{b64(self.key.sign(signed.encode()))}", login)
        self.said.append(token)
        return token

    def token_answer(self, fields, form):
        expected = "Basic " + base64.b64encode(
            f"{CLIENT}:{urllib.parse.quote(SECRET, safe='')}".encode()).decode()
        assert fields.get("authorization") == expected, "another client's proof"
        if form.get("grant_type") == "refresh_token":
            self.asked["refresh"] += 1
            login = self.logins[form["refresh_token"]]
            return self.say("refresh", None, login) or ("200 OK", self.tokens(login))
        login = self.logins.get(form.get("code"))
        verifier = form.get("code_verifier", "")
        if login is None or form.get("redirect_uri") != login.redirect_uri or (
                b64(hashlib.sha256(verifier.encode()).digest()) != login.code_challenge and not self.takes_any_verifier):
            return "400 Bad Request", {"error": "invalid_grant"}
        return "200 OK", self.tokens(login)

    def tokens(self, login):
        """A refresh token is the code once more: who has it is believed."""
        access_token = secrets.token_urlsafe(24)
        return self.say("answer", {"access_token": access_token, "token_type": "Bearer", "expires_in": 600,
                                   "refresh_token": login.code, "id_token": self.id_token(login, access_token)}, login)

    def authorize(self, query):
        login = Login(*(query[name] for name in ("client_id", "redirect_uri", "state", "nonce", "code_challenge")))
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256"
        self.logins[login.code] = login
        back = self.say("sent_back", {"code": login.code, "state": login.state, "iss": self.url}, login)
        return f"{login.redirect_uri}?{back if isinstance(back, str) else urllib.parse.urlencode(back)}"

    def serve(self, connection, target, fields, form):
        """Answers one request whose path, below the issuer's, is `target`'s."""
        parts = urllib.parse.urlsplit(target)
        what = parts.path.removeprefix(f"/{self.name}")
        if what == "/.well-known/openid-configuration":
            return self.send(connection, "description", "200 OK", self.description())
        if what == "/userinfo":
            return self.send(connection, "userinfo", "200 OK", self.say("userinfo", {"sub": "ada", "groups": ["staff"]}))
        if what == "/keys":
            return self.send(connection, "keys", "200 OK", self.key_set())
        if what == f"/{self.moved_to}":
            return self.send(connection, "token", *self.token_answer(fields, form))
        if what != "/authorize":
            return connection.answer(b"", "404 Not Found")
        location = self.authorize(dict(urllib.parse.parse_qsl(parts.query)))
        return connection.answer(b"", "302 Found", f"Location: {location}")

    def send(self, connection, what, status, body):
        self.asked[what] += 1
        text = body if isinstance(body, (str, bytes)) else json.dumps(body)
        text = text.encode() if isinstance(text, str) else text
        response = (f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n"
                    "Connection: close\r\n\r\n").encode() + text
        response = self.say(f"raw {what}", response)
        if callable(response):
            return response(connection)
        return connection.send(response)


class TlsListener:
    """Serves its issuers, each connection on a thread. `certificate` may be changed between connections."""

    def __init__(self, certificate_and_key, host="login.localhost", address=("127.0.0.1", 0)):
        self.certificate = certificate_and_key
        self.issuers = {}
        self.accepted = 0
        self.faults = []
        self.ending = threading.Event()
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._socket = socket.create_server(address, family=family, backlog=128)
        self.number = self._socket.getsockname()[1]
        self.base = f"https://{host}:{self.number}"
        self._threads = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def issuer(self, name):
        return self.issuers.setdefault(name, Issuer(name, self))

    def _accept(self):
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            self.accepted += 1
            thread = threading.Thread(target=self._serve, args=(plain,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, plain):
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.certificate)
            with context.wrap_socket(plain, server_side=True) as secured:
                self._answer(OriginConnection(secured))
        except (OSError, ssl.SSLError):
            pass  # the engine may go whenever it wants
        except Exception as fault:  # pylint: disable=broad-except
            self.faults.append(fault)
        finally:
            plain.close()

    def _answer(self, connection):
        head = connection.read_head().decode("latin-1")
        if not head:
            return
        request, *lines = head.split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = connection.read_exactly(int(fields.get("content-length", 0))).decode()
        target = request.split(" ")[1]
        issuer = self.issuers[urllib.parse.urlsplit(target).path.split("/")[1]]
        issuer.serve(connection, target, fields, dict(urllib.parse.parse_qsl(body)))

    def close(self):
        self.ending.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in [self._accepting, *self._threads]:
            thread.join(10)
        assert not self.faults, f"a scripted provider failed: {self.faults}"
