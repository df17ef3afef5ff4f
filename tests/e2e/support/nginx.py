# SPDX-License-Identifier: Apache-2.0
"""nginx as the application: a folder of files to read, a folder to upload into."""
from .ports import HeldPort
from .program import Program
from .waiting import eventually

CONFIG = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr warn;
events {{ worker_connections 2048; }}
http {{
  access_log {folder}/access.log;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  default_type application/octet-stream; sendfile on; client_max_body_size 0; keepalive_requests 100000;
  server {{
    listen {listen};
    server_name _;
    {tls}
    root {folder}/files;
    location / {{ index index.html; }}
    location /upload/ {{ root {folder}; dav_methods PUT DELETE; create_full_put_path on; }}
    {locations}
  }}
}}
"""


class Nginx(Program):
    """Files are read from FOLDER/files at /, uploads arrive in FOLDER/upload at /upload/; `locations`: more of them.

    With `http2` it speaks that alone where there is no TLS, else what ALPN chooses.
    """

    def __init__(self, name, folder, certificate_and_key=None, locations="", http2=False):
        super().__init__(name, folder)
        self.port = HeldPort()
        self.files, self.uploads = self.folder / "files", self.folder / "upload"
        self.files.mkdir(parents=True)
        self.uploads.mkdir()
        scheme = "https" if certificate_and_key else "h2c" if http2 else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port.number}"
        tls = listen = ""
        if certificate_and_key:
            listen, tls = " ssl", "ssl_certificate {}; ssl_certificate_key {};".format(*certificate_and_key)
        listen += " http2" if http2 else ""
        (self.folder / "nginx.conf").write_text(
            CONFIG.format(folder=self.folder, listen=self.port.address + listen, tls=tls, locations=locations))

    def start(self):
        self.spawn("/usr/sbin/nginx", "-p", self.folder, "-e", "stderr", "-c", self.folder / "nginx.conf")
        eventually(lambda: self.port.accepts() or not self.alive(), "nginx listens")
        assert self.alive(), "\n".join(self.log.items())
        return self

    def write(self, name, content):
        (self.files / name).write_bytes(content)
        return content

    def close(self):
        self.stop()
        self.port.close()
