"""The case `tls`: what TLS costs stockd. Bodies of 2,000 SKUs on kept connections tell the price of
records, a small request on a connection of its own that of handshakes."""

import subprocess

from result import Result, column, cpu_us
from rounds import Contender, interleave
from session import WrkPut, wrk
from workload import Sequence

KINDS = {"plain": (), "ECDSA P-256": ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
         "RSA 2048": ("rsa:2048",)}
CONNECTIONS = 16
SKUS_TOTAL = 100_000


def pair(bench, name, kind):
    """Makes a certificate and its key; returns stockd's options for them."""
    certificate, key = bench.folder / f"{name}.pem", bench.folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-keyout", key, "-out", certificate], check=True,
                   capture_output=True)
    key.chmod(0o600)
    return "--tls-cert", certificate, "--tls-key", key


def contenders_of(bench, number, name, kind):
    """The server, with what is sent in bulk and what comes on a connection each."""
    words = pair(bench, f"tls-{number}", kind) if kind else ()
    scheme = "https" if kind else "http"
    server = bench.stockd(f"tls-{number}", *words)
    bulk = WrkPut(bench, server, Sequence(bench.stamps, SKUS_TOTAL, change="none"), CONNECTIONS,
                  scheme)

    def short(seconds):
        return wrk(bench, server, seconds, "-H", "Connection: close", scheme=scheme,
                   connections=CONNECTIONS)

    return (Contender(f"{name}, bulk", server, bulk),
            Contender(f"{name}, a connection each", server, short))


def run(bench):
    pairs = [contenders_of(bench, number, name, kind)
             for number, (name, kind) in enumerate(KINDS.items())]
    results = interleave(bench, [contender for both in pairs for contender in both],
                         rounds=3)
    result = Result("tls", f"tls: CPU of stockd; bulk: 2,000 SKUs a request, {CONNECTIONS} kept "
                           "connections, from wrk")
    for bulk, short in pairs:
        figures = results[bulk.name]
        result.row(f"{bulk.name}, SKU/s", column(figures, "skus_per_s"))
        result.row("  CPU µs per request", cpu_us(figures, "requests"))
        result.row(f"{short.name}, CPU µs", cpu_us(results[short.name], "requests"))
        bulk.drive.close()
    result.server(pairs[0][0].server)
    return result
