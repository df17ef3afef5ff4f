# SPDX-License-Identifier: Apache-2.0
"""Names: an application that speaks of itself by its internal name is reached by the public one."""
import pytest

from support.client import RawClient

LOCATIONS = """
    location /base/ { alias FILES/; index index.html; }
    location = /base/absolute { absolute_redirect on; return 302 /base/target; }
    location = /base/relative { absolute_redirect off; return 302 /base/target; }
    location = /base/elsewhere { return 302 https://other.example/base/target; }
    location = /base/login {
      add_header Set-Cookie "sid=1; Domain=127.0.0.1; Path=/base/; HttpOnly";
      add_header Refresh "0; url=/base/whoami";
      return 200 "in";
    }
    location = /base/whoami { return 200 "cookie=$http_cookie"; }
    location /dav/ { alias FILES/; dav_methods PUT DELETE MKCOL COPY MOVE; }
    location = /base/shared { add_header Access-Control-Allow-Origin $http_origin; return 200 "shared"; }
    location = /base/named { return 200 "origin=$http_origin referer=$http_referer"; }
"""


@pytest.fixture
def nginx(lab):
    folder = lab.folder / "nginx" / "files"
    server = lab.nginx(locations=LOCATIONS.replace("FILES", str(folder)))
    server.write("target", b"here it is")
    (server.files / "sub").mkdir()
    (server.files / "sub" / "index.html").write_bytes(b"a folder's page")
    return server


def subfolder(lab, nginx, **app):
    """The server's /base/ as https://wiki.localhost/wiki/."""
    engine, _ = lab.published(nginx.url + "/base/", path="/wiki/", **app)
    return engine


def public(engine, path):
    return f"https://wiki.localhost:{engine.client_port.number}{path}"


@pytest.mark.parametrize("host_header", ["origin", "public"])
def test_an_absolute_redirect_names_the_public_side(lab, nginx, host_header):
    engine = subfolder(lab, nginx, host_header=host_header)
    response = lab.curl(engine)("/wiki/absolute")
    assert (response.status, response.fields["location"]) == (302, public(engine, "/wiki/target"))
    assert lab.curl(engine)("/wiki/absolute", "--location").body == b"here it is"


def test_a_redirect_by_path_stays_below_the_public_path(lab, nginx):
    engine = subfolder(lab, nginx)
    assert lab.curl(engine)("/wiki/relative").fields["location"] == "/wiki/target"
    assert lab.curl(engine)("/wiki/relative", "--location").body == b"here it is"


def test_a_redirect_to_somebody_else_stays(lab, nginx):
    engine = subfolder(lab, nginx)
    assert lab.curl(engine)("/wiki/elsewhere").fields["location"] == "https://other.example/base/target"


@pytest.mark.parametrize("host_header", ["origin", "public"])
def test_the_slash_that_a_server_adds_leads_to_the_public_folder(lab, nginx, host_header):
    engine = subfolder(lab, nginx, host_header=host_header)
    response = lab.curl(engine)("/wiki/sub")
    assert (response.status, response.fields["location"]) == (301, public(engine, "/wiki/sub/"))
    assert lab.curl(engine)("/wiki/sub", "--location").body == b"a folder's page"


def test_a_cookie_comes_back_to_the_application_alone(lab, nginx):
    engine = subfolder(lab, nginx)
    curl, jar = lab.curl(engine), lab.folder / "jar"
    response = curl("/wiki/login", "--cookie-jar", jar)
    assert response.fields["set-cookie"] == "sid=1; Domain=wiki.localhost; Path=/wiki/; HttpOnly"
    assert response.fields["refresh"] == "0; url=/wiki/whoami"
    assert curl("/wiki/whoami", "--cookie", jar).body == b"cookie=sid=1"


def test_an_app_at_the_root_may_live_in_a_folder(lab, nginx):
    engine, _ = lab.published(nginx.url + "/base/")
    assert lab.curl(engine)("/absolute").fields["location"] == public(engine, "/target")
    assert lab.curl(engine)("/relative", "--location").body == b"here it is"


def test_origin_and_referer_are_the_clients_unless_the_app_asks(lab, nginx):
    engine = subfolder(lab, nginx)
    sent = ("-H", f"Origin: {public(engine, '')}", "-H", f"Referer: {public(engine, '/wiki/a?b')}")
    assert lab.curl(engine)("/wiki/named", *sent).body.decode() == \
        f"origin={public(engine, '')} referer={public(engine, '/wiki/a?b')}"


def test_origin_and_referer_name_the_origin_where_the_app_asks(lab, nginx):
    engine = subfolder(lab, nginx, rewrite={"origin": True})
    sent = ("-H", f"Origin: {public(engine, '')}", "-H", f"Referer: {public(engine, '/wiki/a?b')}")
    assert lab.curl(engine)("/wiki/named", *sent).body.decode() == \
        f"origin={nginx.url} referer={nginx.url}/base/a?b"
    forged = ("-H", "Origin: https://evil.example", "-H", "Referer: https://evil.example/wiki/")
    assert lab.curl(engine)("/wiki/named", *forged).body.decode() == \
        "origin=https://evil.example referer=https://evil.example/wiki/"


@pytest.mark.parametrize("host_header", ["origin", "public"])
@pytest.mark.parametrize("method", ["COPY", "MOVE"])
def test_a_webdav_server_finds_the_destination(lab, nginx, method, host_header):
    engine, _ = lab.published(nginx.url + "/dav/", path="/wiki/", host_header=host_header)
    destination = public(engine, "/wiki/sub/a%20copy")
    done = lab.curl(engine)("/wiki/target", "-X", method, "-H", f"Destination: {destination}")
    assert done.status in (201, 204)
    assert (nginx.files / "sub" / "a copy").read_bytes() == b"here it is"
    assert (nginx.files / "target").exists() == (method == "COPY")


def test_an_origin_that_was_renamed_for_the_application_is_allowed_by_its_own_name(lab, nginx):
    engine = subfolder(lab, nginx, rewrite={"origin": True})
    response = lab.curl(engine)("/wiki/shared", "-H", f"Origin: {public(engine, '')}")
    assert response.fields["access-control-allow-origin"] == public(engine, "")
    foreign = lab.curl(engine)("/wiki/shared", "-H", "Origin: https://other.example")
    assert foreign.fields["access-control-allow-origin"] == "https://other.example"


def test_a_101_may_set_a_cookie_below_the_public_path(lab):
    def script(connection):
        connection.read_head()
        connection.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        b"Set-Cookie: sid=1; Path=/base/\r\n\r\n")

    engine, _ = lab.published(lab.origin(script).url + "/base/", path="/wiki/")
    with RawClient(engine) as client:
        assert client.upgrade("websocket", "/wiki/chat").fields["set-cookie"] == "sid=1; Path=/wiki/"
