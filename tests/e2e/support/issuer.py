# SPDX-License-Identifier: Apache-2.0
"""An issuer of access tokens (RFC 9068) that nobody signs in with: its description and keys behind TLS, tokens by openssl."""
import base64
import http.server
import json
import ssl
import subprocess
import threading
import time

from .program import run


def encoded(data):
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Key:
    """An RSA key with its `kid`."""

    def __init__(self, folder, kid):
        self.kid, self._file = kid, folder / f"{kid}.pem"
        made = run("openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out", self._file)
        assert made.returncode == 0, made.stderr
        modulus = run("openssl", "rsa", "-in", self._file, "-noout", "-modulus").stdout.strip().partition("=")[2]
        self.public = {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", "n": encoded(bytes.fromhex(modulus)), "e": "AQAB"}

    def sign(self, text):
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", self._file], input=text.encode(), capture_output=True,
                              check=True).stdout


class TokenIssuer:
    """`asked` are the paths that were asked for; `where` is the path of its description."""

    def __init__(self, folder, authority, where="/.well-known/openid-configuration"):
        folder.mkdir()
        self._folder = folder
        self.key = Key(folder, "key-1")
        self.keys, self.asked, self.where = [self.key], [], where
        certificate, key = authority.issue(f"issuer-{folder.name}", "DNS:issuer.localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked.append(self.path)
                body = json.dumps(issuer.answer(self.path)).encode()
                self.send_response(200 if body != b"null" else 404)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"https://issuer.localhost:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, path):
        if path == self.where:
            return {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}
        return {"keys": [key.public for key in self.keys]} if path == "/jwks" else None

    def rotate(self):
        """Signs with a new key from now on, the old one's place."""
        self.key = Key(self._folder, f"key-{len(self.asked)}-new")
        self.keys = [self.key]

    def token(self, header=None, drop=(), **claims):
        now = int(time.time())
        said = {"iss": self.url, "aud": "api://wiki", "sub": "robot", "client_id": "robot-app", "jti": str(time.time_ns()),
                "iat": now, "exp": now + 300, **claims}
        said = {name: value for name, value in said.items() if name not in drop}
        text = encoded({"alg": "RS256", "typ": "at+jwt", "kid": self.key.kid, **(header or {})}) + "." + encoded(said)
        return f"{text}.{encoded(self.key.sign(text))}"

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    close = stop
