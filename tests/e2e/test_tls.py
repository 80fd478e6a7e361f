"""A private authority: stockctl against a stockd that speaks TLS, and stockd against a shop."""

from tests.contract import registry
from tests.contract.registry import C
from tests.e2e.ctl import CAMPAIGN, CtlCase
from tests.e2e.test_push import PushCase
from tests.e2e.test_serve import Serving
from tests.harness import certificates
from tests.harness.stockd import Stockd


class Tls(CtlCase):

    def setUp(self):
        super().setUp()
        self.authority = certificates.Authority(self.folder)
        certificate, key = self.authority.pair("one-name", names="subjectAltName=DNS:localhost")
        self.server = Stockd(registry.build(), "--tls-cert", certificate, "--tls-key", key,
                             "--operator-tls-cert", certificate, "--operator-tls-key", key)
        self.server.tls = self.authority.context()
        self.addCleanup(self.server.stop)
        self.server.start()
        self.url = "https://localhost:%d" % self.server.address[1]
        self.path = self.file("stock.csv", "sku,count\nA-1,18\nA-2,0\n")

    def push(self, *words, url=None):
        return self.run_ctl("push", self.path, "--campaign", CAMPAIGN, "--url", url or self.url,
                            *words)

    def test_push_and_pull_with_the_authority(self):
        ended = self.push("--ca-file", self.authority.certificate)
        self.assertEqual(0, ended.code, ended)
        self.assertNotIn("unencrypted", ended.stderr)
        ended = self.run_ctl("pull", "--campaign", CAMPAIGN, "--url", self.url, "--ca-file",
                             self.authority.certificate)
        self.assertEqual(0, ended.code, ended)
        self.assertIn("A-1,18,", ended.stdout)

    def test_a_stranger_is_not_told_the_token(self):
        """Not trusted, or of another name: the run ends before a request, and says why."""
        other, _, _ = certificates.shared()
        for name, words, url, said in (
                ("the system's", [], None, "certificate"),
                ("another authority", ["--ca-file", other.certificate], None, "certificate"),
                ("another name", ["--ca-file", self.authority.certificate],
                 self.url.replace("localhost", "127.0.0.1"), "does not match"),
                ("no certificates", ["--ca-file", self.path], None, "certificate")):
            with self.subTest(name):
                ended = self.push(*words, url=url)
                self.assertEqual(3, ended.code, ended)
                self.assertIn(said, ended.stderr)
                self.assertNotIn("trying again", ended.stderr)
        self.assertEqual(0, sum(number for name, number in self.server.metrics().items()
                                if name.startswith("stockd_requests_total")))

    def test_a_file_of_certificates_that_cannot_be_read_is_wrong_usage(self):
        ended = self.push("--ca-file", "/nowhere")
        self.assertEqual(2, ended.code, ended)
        self.assertIn("cannot read --ca-file /nowhere: No such file", ended.stderr)


class Push(PushCase):
    """stockctl serve is the shop."""

    def test_a_shop_is_asked_only_where_it_is_trusted(self):
        authority = certificates.Authority(self.folder)
        certificate, key = authority.pair("shop")
        shop = Serving(self, "--leftovers", self.file("stock.csv", "sku,count\nA,5\n"),
                       "--token-file", self.file("token", "shop-token"), "--tls-certificate",
                       certificate, "--tls-key", key)
        push = {"url": "https://localhost:%d" % shop.address[1], "token": "shop-token",
                "periodSeconds": 3600}
        other, _, _ = certificates.shared()
        for name, options in (("the system's", ()),
                              ("another authority", ("--push-ca", other.certificate)),
                              ("its authority", ("--push-ca", authority.certificate))):
            with self.subTest(name):
                self.start_stockd(options=options)
                self.push_to(C, ["A"], push)
                if name == "its authority":
                    self.wait_for_success(C)
                    self.assertEqual({"A": 5}, self.counts(C, ["A"]))
                else:
                    self.wait_until_off(C)
                    self.assertIn("SSL_ERROR", self.state(C)["lastFailure"]["message"])
                    self.assertEqual({"A": 1}, self.counts(C, ["A"]))
