# SPDX-License-Identifier: Apache-2.0
"""An application behind a sign-in at a real provider."""
import re
import signal

from .provider import OpenIdProvider

STAFF = [{"name": "staff", "who": {"groups": ["staff"]}, "effect": "allow"}]
ACCOUNTS = {"alice": {"groups": ["staff", "unused"], "email": "alice@example.com"}, "bob": {"groups": ["guests"]}}


class Published:
    """wiki.localhost behind a sign-in, with an application that keeps every head that reaches it."""

    def __init__(self, lab, access=None, **app):
        self.heads = []
        self.bodies = []  # (head, content) of each POST
        self.pages = {}  # {"GET /form": what answers it on the connection; false: and ends it}
        self.engine = None
        self.engine_settings = {}  # keys of engine.yaml beside the apps
        self.before_connector = lambda: None
        self._lab = lab
        self.provider = lab.add(OpenIdProvider("login", lab.folder / "login", lab.authority, ACCOUNTS))
        origin = lab.origin(self._serve)
        wiki = {"name": "wiki", "host": "wiki.localhost", "origin": origin.url, "sign_in": {"provider": "main"},
                "access": access or STAFF, **app}
        news = {"name": "news", "host": "news.localhost", "origin": origin.url}
        self._apps = [wiki, news]

    def set(self, **app):
        self._apps[0].update(app)

    def add_app(self, app):
        """Before the start."""
        self._apps.append(app)

    def start(self, *clients, **connector):
        """`clients`: (name, metadata) of others that the provider knows; `connector`: keys of connector.yaml."""
        engine = self._lab.made_engine(self._apps, **self.engine_settings)  # the provider must know its port before it starts
        self.url = f"https://wiki.localhost:{engine.client_port.number}"
        self.provider.client("wiki", f"{self.url}/.hawser/callback",
                             post_logout_redirect_uris=[f"{self.url}/.hawser/signed-out"],
                             backchannel_logout_uri=f"{self.url}/.hawser/backchannel-logout",
                             backchannel_logout_session_required=True)
        for name, more in clients:
            self.provider.client(name, **more)
        engine.set(providers=[self.provider.settings()])
        self.provider.start()
        self.engine = engine.start()
        self.before_connector()
        self.connector = self._lab.connector(engine, **connector)
        return self

    def reload_rules(self, rules):
        self.reload_app(access=rules)

    def write_rules(self, rules):
        """For a reload that is to come."""
        self._apps[0]["access"] = rules
        self.engine.set(apps=self._apps)

    def reload_app(self, **settings):
        """Changes keys of the app; one that is None goes."""
        wiki = {**self._apps[0], **settings}
        self._apps[0] = {name: value for name, value in wiki.items() if value is not None}
        self._reload()

    def reload_with(self, app):
        self._apps.append(app)
        self._reload()

    def reload_without_it(self):
        del self._apps[0]
        self._reload()

    def reload_provider(self, **settings):
        provider = {**self.provider.settings(), **settings}
        self._apps[0]["sign_in"] = {"provider": provider["name"]}
        self.engine.set(providers=[provider])
        self._reload()

    def _reload(self):
        self.engine.set(apps=self._apps)
        seen = len(self.engine.log.items())
        self.engine.signal(signal.SIGHUP)
        self.engine.wait_for_record(lambda r: r.get("event") == "reloaded", "the reload", since=seen)

    def _serve(self, connection):
        connection.socket.settimeout(None)  # a connection may wait in the pool for as long as the tests take
        while head := connection.read_head():
            self.heads.append(head)
            if head.startswith(b"GET /endless"):
                connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nmore")
                return connection.read_to_end()
            page = self.pages.get(" ".join(head.decode("latin-1").split(" ")[:2]))
            if page:
                if page(connection, head) is False:
                    return None
                continue
            if head.startswith(b"POST "):
                length = re.search(rb"(?i)\r\ncontent-length: *([0-9]+)", head)
                self.bodies.append((head, connection.read_exactly(int(length[1])) if length else b""))
            connection.answer(b"inside " + head.split(b" ")[1])
