# SPDX-License-Identifier: Apache-2.0
"""Applications behind a scripted provider: no form to fill in, so that a sign-in is as quick as its redirects."""
import html
import re
import signal
import urllib.parse

from .provider import Visitor
from .scripted_provider import CLIENT, SECRET, TlsListener

STAFF = [{"name": "staff", "who": {"groups": ["staff"]}, "effect": "allow"}]


def secret_of(lab):
    """The file that holds the client's secret."""
    secret = lab.folder / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    return str(secret)


def provider_settings(lab, issuer, **settings):
    """The entry of `providers:` for an Issuer."""
    return {"name": issuer.name, "issuer": issuer.url, "ca_file": str(lab.authority.certificate), "client_id": CLIENT,
            "client_secret_file": secret_of(lab), **settings}


class ScriptedPlace:
    """wiki.localhost, and what `more` apps there are, behind one issuer; `heads` is all that reached the application."""

    def __init__(self, lab, more=(), **settings):
        self.heads = []
        self._lab = lab
        self._settings = settings
        self.listener = lab.add(TlsListener(lab.authority.issue("login", "DNS:login.localhost")))
        self.issuer = self.listener.issuer("main")
        origin = lab.origin(self._serve)
        guarded = {"origin": origin.url, "sign_in": {"provider": "main"}, "access": STAFF}
        self.apps = [{**guarded, "name": "wiki", "host": "wiki.localhost"}, *({**guarded, **app} for app in more)]
        self.engine = lab.engine(self.apps, providers=[provider_settings(lab, self.issuer, **settings)])
        self.connector = lab.connector(self.engine)
        self.url = self.url_of("wiki")

    def url_of(self, host):
        return f"https://{host}.localhost:{self.engine.client_port.number}"

    def visitor(self):
        return Visitor(self._lab.authority)

    def visit(self, visitor, path="/", host="wiki"):
        return visitor.follow(visitor.ask(self.url_of(host) + path))

    def sent_back(self, begun):
        """Where the provider sends the browser that has the page which leads there; without asking it over the network."""
        url = html.unescape(re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', begun.body)[1])
        return self.issuer.authorize(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query)))

    def reload_provider(self, **settings):
        self.engine.set(providers=[provider_settings(self._lab, self.issuer, **{**self._settings, **settings})])
        seen = len(self.engine.log.items())
        self.engine.signal(signal.SIGHUP)
        self.engine.wait_for_record(lambda r: r.get("event") == "reloaded", "the reload", since=seen)

    def _serve(self, connection):
        connection.socket.settimeout(None)  # one may wait in the connector's pool for as long as the tests take
        while head := connection.read_head():
            self.heads.append(head)
            connection.answer(b"inside " + head.split(b" ")[1])
