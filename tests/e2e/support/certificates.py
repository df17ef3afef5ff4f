# SPDX-License-Identifier: Apache-2.0
"""A certificate authority of the test's own, by the openssl command."""
import pathlib

from .program import run


class Authority:
    """Makes PEM files in its folder: ca.pem, and NAME.pem with NAME-key.pem for each certificate asked for."""

    def __init__(self, folder, name="test authority"):
        self.folder = pathlib.Path(folder)
        self.certificate = self.folder / "ca.pem"
        self._key = self.folder / "ca-key.pem"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                      "-subj", f"/CN={name}", "-keyout", self._key, "-out", self.certificate,
                      "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, name, *sans, days=30):
        """(certificate, key) for the subject alternative names, such as DNS:*.example or IP:127.0.0.1."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}-key.pem"
        request = self.folder / f"{name}.csr"
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
                      "-addext", f"subjectAltName={','.join(sans)}", "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key, "-CAcreateserial",
                      "-days", days, "-copy_extensions", "copy", "-out", certificate)
        key.chmod(0o600)
        return certificate, key

    @staticmethod
    def _openssl(*arguments):
        made = run("openssl", *arguments)
        assert made.returncode == 0, made.stderr
