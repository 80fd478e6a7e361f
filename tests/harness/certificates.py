"""Certificates for tests, made by openssl: an authority of the test's own, and pairs that it signs.

`Authority(folder)` makes one; `pair(name)` gives the paths of a certificate with its chain, and of
its key. `context()` is what a client needs that trusts it. `shared()` is made once a run.
"""

import atexit
import functools
import pathlib
import shutil
import ssl
import subprocess
import tempfile

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
RSA = ["-newkey", "rsa:2048", "-nodes"]
NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1"


def openssl(*words, text=None):
    """Runs openssl; gives what it printed."""
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True,
                          input=text).stdout


class Authority:
    """A certificate that signs others."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.certificate = self.folder / "ca.pem"
        self._key = self.folder / "ca.key"
        openssl("req", "-x509", *CURVE, "-days", "2", "-subj", "/CN=Test CA", "-keyout", self._key,
                "-out", self.certificate)

    def pair(self, name, days=2, kind=CURVE, names=NAMES):
        """Returns (certificate, key) of a new pair; with fewer than 0 days it is over."""
        certificate, key = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        request, extra = self.folder / f"{name}.csr", self.folder / "names"
        extra.write_text(names, encoding="ascii")
        openssl("req", "-new", *kind, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self._key,
                "-CAcreateserial", "-days", days, "-extfile", extra, "-out", certificate)
        certificate.write_bytes(certificate.read_bytes() + self.certificate.read_bytes())
        key.chmod(0o600)
        return certificate, key

    def context(self):
        """Returns the settings of a client that trusts this authority alone."""
        return ssl.create_default_context(cafile=str(self.certificate))


@functools.lru_cache(None)
def shared():
    """Returns (authority, certificate, key), made once and removed in the end."""
    folder = tempfile.mkdtemp(prefix="stockd-certificates-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    authority = Authority(folder)
    return (authority, *authority.pair("shared"))
