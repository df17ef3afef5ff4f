# SPDX-License-Identifier: Apache-2.0
"""A real OpenID provider (npm's oidc-provider), and a person who visits pages with cookies."""
import contextlib
import dataclasses
import http.client
import html
import json
import pathlib
import re
import ssl
import socket
import urllib.parse

from .ports import HeldPort
from .program import Program
from .waiting import DEADLINE_S, eventually

HERE = pathlib.Path(__file__).resolve().parent
START_DEADLINE_S = 60  # of a machine that is busy with other tests


class OpenIdProvider(Program):
    """`accounts` {name: claims}; whoever types such a name is signed in."""

    def __init__(self, name, folder, authority, accounts):
        super().__init__(name, folder)
        self.folder.mkdir()
        self.authority = authority
        self.accounts = accounts
        self.port = HeldPort()
        self.issuer = f"https://login.localhost:{self.port.number}"
        self.clients = []
        self.takes_claims = True
        self.more_settings = {}  # of its entry in engine.yaml
        self.client_secret = "a secret of at least thirty-two characters"

    def client(self, client_id, *redirect_uris, **more):
        """Registers a client before the start."""
        self.clients.append({"client_id": client_id, "client_secret": self.client_secret,
                             "redirect_uris": list(redirect_uris), "grant_types": ["authorization_code", "refresh_token"],
                             "response_types": ["code"], **more})

    def token(self, client_id, resource):
        """An access token for a program that is a client of its own."""
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": client_id,
                                       "client_secret": self.client_secret, "resource": resource})
        answer = Visitor(self.authority).ask(f"{self.issuer}/token", "POST", form,
                                             Content_Type="application/x-www-form-urlencoded")
        assert answer.status == 200, answer.body
        return json.loads(answer.body)["access_token"]

    def settings(self):
        """The entry of `providers:` that names it."""
        secret = self.folder / "secret"
        secret.write_text(self.client_secret)
        secret.chmod(0o600)
        return {"name": "main", "issuer": self.issuer, "ca_file": str(self.authority.certificate),
                "client_id": self.clients[0]["client_id"], "client_secret_file": str(secret),
                **self.more_settings}

    def start(self):
        certificate, key = self.authority.issue(self.name, "DNS:login.localhost", "IP:127.0.0.1")
        settings = {"issuer": self.issuer, "host": "127.0.0.1", "port": self.port.number, "certificate": str(certificate),
                    "key": str(key), "clients": self.clients, "accounts": self.accounts,
                    "takes_claims": self.takes_claims}
        self.spawn("node", HERE / "provider.js", json.dumps(settings), env={"NODE_PATH": str(HERE.parent / "node_modules"),
                                                                        "NODE_EXTRA_CA_CERTS": str(self.authority.certificate)})

        def listens():
            assert self.alive(), "the provider ended:\n" + "\n".join(self.log.items()[-20:])
            return self.port.accepts()

        eventually(listens, "the provider listens", START_DEADLINE_S)
        return self

    def control(self, **changes):
        """Changes it while it runs; {grant type: how often one was used}."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port.number, timeout=DEADLINE_S,
                                                 context=ssl.create_default_context(cafile=self.authority.certificate))
        with contextlib.closing(connection):
            connection.request("POST", "/control", json.dumps(changes))
            return json.loads(connection.getresponse().read())["grants"]

    def change_account(self, name, claims):
        """Without claims the account is gone."""
        self.control(accounts={name: claims})

    def refreshes(self):
        return self.control().get("refresh_token", 0)

    def close(self):
        self.stop()
        self.port.close()


@dataclasses.dataclass
class Answer:
    url: str
    status: int
    fields: list
    body: str

    def field(self, name):
        """All values of that name, joined by line ends."""
        return "\n".join(value for field, value in self.fields if field.lower() == name.lower())

    @property
    def location(self):
        return urllib.parse.urljoin(self.url, self.field("Location"))


class Visitor:
    """Visits https pages of *.localhost on this machine, keeps cookies by host, and follows links as it is told."""

    def __init__(self, authority, deadline_s=DEADLINE_S):
        self._context = ssl.create_default_context(cafile=authority.certificate)
        self._deadline_s = deadline_s  # of each page
        self.cookies = {}

    @contextlib.contextmanager
    def opened(self, url, method="GET", body=None, **fields):
        """A response whose body is still to be read."""
        parts = urllib.parse.urlsplit(url)
        plain = socket.create_connection(("127.0.0.1", parts.port or 443), self._deadline_s)
        connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=self._deadline_s, context=self._context)
        connection.sock = self._context.wrap_socket(plain, server_hostname=parts.hostname)
        jar = self.cookies.setdefault(parts.hostname, {})
        sent_cookies = [f"{name}={value}" for (name, path), value in jar.items() if (parts.path or "/").startswith(path)]
        sent = {"Accept": "text/html,*/*;q=0.8", **{name.replace("_", "-"): value for name, value in fields.items()}}
        if sent_cookies:
            sent.setdefault("Cookie", "; ".join(sent_cookies))
        try:
            connection.request(method, urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, "")), body, sent)
            yield connection.getresponse()
        finally:
            connection.close()

    def ask(self, url, method="GET", body=None, **fields):
        with self.opened(url, method, body, **fields) as response:
            answer = Answer(url, response.status, response.getheaders(), response.read().decode("utf-8", "replace"))
        jar = self.cookies[urllib.parse.urlsplit(url).hostname]
        for line in answer.field("Set-Cookie").splitlines():
            self._keep(jar, line)
        return answer

    def cookie(self, host, name):
        return next(value for (known, _), value in self.cookies[host].items() if known == name)

    @staticmethod
    def _keep(jar, line):
        pair, *attributes = line.split(";")
        name, _, value = pair.partition("=")
        settings = {name.strip().lower(): text for name, _, text in (attribute.partition("=") for attribute in attributes)}
        key = (name, settings.get("path", "/"))
        if not value or settings.get("max-age") == "0" or "1970" in settings.get("expires", ""):
            jar.pop(key, None)
        else:
            jar[key] = value

    def follow(self, answer, until=lambda answer: False):
        """Goes where redirects and pages without a script lead, as long as they do."""
        for _ in range(20):
            if until(answer):
                return answer
            refresh = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', answer.body)
            if 300 <= answer.status < 400:
                answer = self.ask(answer.location)
            elif refresh:
                answer = self.ask(html.unescape(refresh[1]))
            else:
                return answer
        raise AssertionError(f"no end of redirects at {answer.url}")

    def submit(self, answer, **values):
        """Fills in the page's only form, and leaves what is hidden there as it is."""
        action = html.unescape(re.search(r'<form [^>]*method="post" action="([^"]+)"', answer.body)[1])
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.body)
        values = {**{name: html.unescape(value) for name, value in hidden}, **values}
        origin = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(answer.url))
        return self.ask(urllib.parse.urljoin(answer.url, action), "POST", urllib.parse.urlencode(values),
                        Content_Type="application/x-www-form-urlencoded", Origin=origin)

    def sign_in(self, url, name):
        """Opens the page, signs in at the provider, and ends wherever that leads."""
        page = self.follow(self.ask(url))
        assert "<form" in page.body, (page.status, page.url, page.body)
        return self.follow(self.submit(page, login=name, go="yes"))
