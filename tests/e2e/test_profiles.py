"""Profiles: what they set, what wins over them, several campaigns of one, groups of warehouses, and
a table of bad configs: file, what is wrong, what is said."""

import json
import os

from tests.contract.registry import WRITER
from tests.e2e.seller import SellerCase

NUMBERS = ":2: campaign takes numbers from 1 to 9223372036854775807, each once"
CSV = "sku;count\nA;10\nB;3\nC;0\n"


class Profiles(SellerCase):

    def totals(self, ended):
        """Returns {campaign: counts} of a push with --output json."""
        rows = [json.loads(line) for line in ended.stdout.splitlines()]
        return {row["campaign"]: row for row in rows}

    def test_a_profile_says_all_that_a_push_needs(self):
        self.file("stock.csv", CSV)
        self.profile(f"campaign = {self.campaign}", "file = ../../stock.csv", "buffer = 4")
        self.assert_totals(self.ctl("push", "--profile", "shop"), sent=3, bad=0)
        self.assertEqual({"A": 6, "B": 0, "C": 0}, self.stock(self.campaign))

    def test_the_command_line_wins_over_the_profile_and_that_over_the_environment(self):
        other = self.new_campaign()
        self.profile(f"campaign = {self.campaign}", f"file = {self.file('stock.csv', CSV)}",
                     "buffer = 4", "all = yes")
        given = self.file("given.csv", "sku;count\nD;8\n")
        self.environment["STOCKCTL_URL"] = "http://127.0.0.1:2"
        words = ("push", given, "--profile", "shop", "--campaign", other, "--buffer", 1)
        self.assert_totals(self.ctl(*words), sent=1)
        self.assert_totals(self.ctl(*words), sent=1, unchanged=0)
        self.assert_totals(self.ctl(*words, "--all=no"), sent=0, unchanged=1)
        self.assertEqual({"D": 7}, self.stock(other))
        self.assertEqual({}, self.stock(self.campaign))

    def test_the_config_is_found_by_option_variable_and_home(self):
        self.profile(f"campaign = {self.campaign}", f"file = {self.file('stock.csv', CSV)}")
        place = self.folder / ".config" / "stockctl" / "config"
        self.ctl("push", "--profile", "shop")
        moved = self.folder / "elsewhere"
        os.rename(place, moved)
        self.assertIn(f"cannot read the config {place}", self.ctl("push", "--profile", "shop",
                                                                  code=2).stderr)
        self.ctl("push", "--profile", "shop", "--config", moved)
        self.environment["STOCKCTL_CONFIG"] = str(moved)
        self.ctl("push", "--profile", "shop")
        self.assertIn("has no profile 'other'; there is shop",
                      self.ctl("push", "--profile", "other", code=2).stderr)
        del self.environment["STOCKCTL_CONFIG"]
        self.assertIn("--config needs --profile",
                      self.ctl("push", "x", "--config", moved, code=2).stderr)

    def test_a_command_and_the_ledger_can_be_what_is_read(self):
        self.profile(f"campaign = {self.campaign}",
                     "command = printf 'sku;count\\nA;5\\n'", "  printf 'B;6\\n'")
        self.assert_totals(self.ctl("push", "--profile", "shop"), sent=2)
        self.assertEqual({"A": 5, "B": 6}, self.stock(self.campaign))
        self.ctl("move", "receive", "C", 9)
        self.assert_totals(self.ctl("push", "--profile", "shop", "--from-book"), sent=1)
        self.assertEqual({"A": 5, "B": 6, "C": 9}, self.stock(self.campaign))

    def test_all_campaigns_of_a_profile_are_sent(self):
        campaigns = [self.new_campaign() for _ in range(3)]
        self.profile("campaign = {},{}\n {}".format(*campaigns),
                     f"file = {self.file('stock.csv', CSV)}")
        ended = self.ctl("push", "--profile", "shop", "--output", "json")
        self.assertEqual({campaign: 3 for campaign in campaigns},
                         {campaign: row["sent"] for campaign, row in self.totals(ended).items()})
        for campaign in campaigns:
            self.assertEqual({"A": 10, "B": 3, "C": 0}, self.stock(campaign))
        ended = self.ctl("pull", "--profile", "shop", code=2)
        self.assertIn("--campaign ID is missing: one of the profile's {},{} {}".format(*campaigns),
                      ended.stderr)
        ended = self.ctl("pull", "--profile", "shop", "--campaign", campaigns[1])
        self.assertIn("A", ended.stdout)

    def test_a_campaign_that_fails_does_not_keep_others_from_their_numbers(self):
        unknown, good = 1, self.campaign
        self.profile(f"campaign = {unknown} {good}", "group = none",
                     f"file = {self.file('stock.csv', CSV)}")
        ended = self.ctl("push", "--profile", "shop", "--output", "json", code=4)
        self.assertEqual(3, self.totals(ended)[good]["sent"])
        self.assertEqual({"A": 10, "B": 3, "C": 0}, self.stock(good))

    def test_standard_input_is_for_one_campaign(self):
        self.profile(f"campaign = {self.campaign} {self.new_campaign()}")
        self.assertIn("can be read once", self.ctl("push", "-", "--profile", "shop", code=2).stderr)

    # Groups of warehouses.

    def questions(self):
        """Returns how often warehouses were asked for, of the last requests."""
        entries = self.operator.get("/requests", limit=100).json["result"]["requests"]
        return sum("/warehouses" in entry["path"] for entry in entries)

    def test_of_a_group_one_is_sent_and_the_server_is_asked_once(self):
        first, second = self.new_group()
        self.profile(f"campaign = {second} {first} {self.campaign}",
                     f"file = {self.file('stock.csv', CSV)}")
        before = self.questions()
        for sent in (3, 0):
            ended = self.ctl("push", "--profile", "shop", "--output", "json")
            self.assertEqual({second: sent, self.campaign: sent},
                             {campaign: row["sent"]
                              for campaign, row in self.totals(ended).items()})
            self.assertIn(f"campaign {first} is not sent: it shares its stock with {second} "
                          f"(group ", ended.stderr)
        self.assertEqual(self.stock(first), self.stock(second))
        self.assertEqual(before + 1, self.questions())

    def test_who_may_not_see_warehouses_is_told_and_can_say_it_himself(self):
        first, second = self.new_group()
        self.file("token", WRITER)
        lines = (f"campaign = {first} {second}", f"file = {self.file('stock.csv', CSV)}")
        self.profile(*lines)
        ended = self.ctl("push", "--profile", "shop", "--output", "json")
        self.assertEqual({first, second}, set(self.totals(ended)))
        self.assertIn("nobody knows which campaigns share their stock", ended.stderr)
        self.profile(*lines, f"group = {first}+{second}")
        ended = self.ctl("push", "--profile", "shop", "--all", "--output", "json")
        self.assertIn(f"campaign {second} is not sent", ended.stderr)
        self.assertNotIn("nobody knows", ended.stderr)
        self.profile(*lines, f"group = {first}+x")
        ended = self.ctl("push", "--profile", "shop", code=2)
        self.assertIn("'x' is no campaignId", ended.stderr)


class Budget(SellerCase):
    """With the limits on."""

    options = ()

    def test_several_campaigns_never_run_into_a_limit(self):
        campaigns = [self.new_campaign() for _ in range(3)]
        rows = "".join(f"SKU-{number};{number}\n" for number in range(9000))
        self.profile("campaign = {} {} {}".format(*campaigns), "group = none",
                     f"file = {self.file('stock.csv', 'sku;count' + chr(10) + rows)}")
        ended = self.ctl("push", "--profile", "shop", "--output", "json")
        self.assertEqual([9000] * 3,
                         [json.loads(line)["sent"] for line in ended.stdout.splitlines()])
        entries = self.operator.get("/requests", limit=100).json["result"]["requests"]
        self.assertEqual([200] * 15, [entry["status"] for entry in entries])


class BadConfigs(SellerCase):
    """Each row: the config, where it is wrong, what is said. Nothing is sent."""

    table = (
        ("[a]\ncapmaign = 1\n", ":2: unknown key 'capmaign'; allowed are all, now, full"),
        ("[a]\noutput = json\n", ":2: unknown key 'output'; allowed are"),
        ("[a]\ntoken = abc\n", ":2: unknown key 'token'; a token stands in a file of its own"),
        ("[a]\ntoken-file = ACMA:x:1\n", ":2: token-file holds a secret; a token belongs into"),
        ("[a]\ndatabase = postgresql://me:word@db/x\n", ":2: database holds a secret"),
        ("[a]\ncampaign = 0\n", NUMBERS),
        ("[a]\ncampaign = 10003 10003\n", NUMBERS),
        ("[a]\nbuffer = -1\n", ":2: buffer takes a number from 0 to 2000000000, not '-1'"),
        ("[a]\nmax-zero = 101%\n", ":2: max-zero takes a share from 0% to 100%, not '101%'"),
        ("[a]\ninterval = 0\n", ":2: interval takes a number from 1 to 604800, not '0'"),
        ("[a]\nfull = maybe\n", ":2: full takes yes or no, not 'maybe'"),
        ("[a]\nauth = basic\n", ":2: auth takes api-key|oauth, not 'basic'"),
        ("[a]\nformat = doc\n", ":2: format takes auto|csv|xlsx|yml, not 'doc'"),
        ("[a]\nfile = x\nquery = y\n",
         ":3: query: only one thing can be read, and file stands on line 2"),
        ("[a]\nurl = x\nurl = y\n", ":3: url was given on line 2 already"),
        ("[a]\nurl = x\n  timeout = 3\n", ":3: the line is indented, so it goes on with url"),
        ("[a]\nurl = x ; the test\n", ":2: what stands behind ' ;' would be lost"),
        ("[a]\nurl\n", ":2: this is neither [profile] nor key = value"),
        ("[a\nurl = x\n", ":1: the ] behind the profile's name is missing"),
        ("[b]\nurl = x\n[a]\nurl = y\n[b]\nfile = z\n", ":5: [b] stands above already"),
        ("[b]\nretries = x\n[a]\nurl = y\n", ":2: retries takes a number"),
        ("[b]\nurl = x\n", " has no profile 'a'; there is b"),
        ("[a]\nurl = \x01\n", ":2: a control character stands here"),
    )

    def test_the_table(self):
        for text, said in self.table:
            with self.subTest(text=text):
                path = self.config(text)
                for words in (("push", "x.csv"), ("watch",)):
                    ended = self.ctl(*words, "--profile", "a", code=2)
                    self.assertIn(f"{path}{said}", ended.stderr)
                    self.assertNotIn("word@", ended.stderr)
                    self.assertNotIn("ACMA:x", ended.stderr)
                    self.assertEqual("", ended.stdout)

    def test_a_config_that_others_can_write_to_is_refused(self):
        path = self.config("[a]\nurl = x\n")
        for mode in (0o620, 0o602):
            path.chmod(mode)
            ended = self.ctl("balance", "--profile", "a", code=2)
            self.assertIn(f"others can write to the config {path}", ended.stderr)
