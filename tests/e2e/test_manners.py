"""How stockctl behaves whatever it is asked: help, words for what is wrong, exit codes, terminals,
completion, the manual page."""

import os
import pathlib
import re
import subprocess
import threading

from tests.e2e import crooked
from tests.e2e.crooked import Crooked
from tests.e2e.ctl import ROOT, TOKEN, CtlCase, binary
from tests.e2e.demo import DemoCase
from tests.e2e.terminal import Terminal

GROUPS = {"orders", "registry", "tokens", "warehouse"}
PACKAGING = ROOT / "packaging"


def names_in(usage):
    """The subcommands that a usage lists."""
    return [line[2:20].strip() for line in usage.splitlines() if line.startswith("  ")]


class Help(CtlCase):

    helps = {}  # Of each subcommand; each is asked for once.

    def setUp(self):
        super().setUp()
        self.names = names_in(self.run_ctl("--help").stdout)

    def help_of(self, name):
        if name not in self.helps:
            ended = self.run_ctl(*name.split(), "--help", token=None)
            self.assertEqual((0, ""), (ended.code, ended.stderr), ended)
            self.helps[name] = ended.stdout
        return self.helps[name]

    def test_every_subcommand_has_help_with_examples(self):
        self.assertGreater(len(self.names), 20)
        for name in self.names:
            with self.subTest(name=name):
                text = self.help_of(name)
                self.assertTrue(text.startswith(f"Usage: stockctl {name}"), text)
                self.assertIn("stockctl " + name, text.partition("\nExamples\n")[2])
        for words in ("push", "orders make"):
            self.assertEqual(self.help_of(words), self.run_ctl("help", *words.split()).stdout)

    def test_a_group_lists_its_own(self):
        for group in GROUPS & {name.split()[0] for name in self.names}:
            for words in ((group, "--help"), ("help", group)):
                ended = self.run_ctl(*words)
                self.assertEqual(0, ended.code, ended)
                self.assertEqual([name for name in self.names if name.startswith(group + " ")],
                                 names_in(ended.stdout))

    def test_every_subcommand_writes_json(self):
        for name in self.names:
            text = self.help_of(name)
            if name not in ("serve", "completion"):
                self.assertIn("--output text|json", text, name)

    def test_version(self):
        ended = self.run_ctl("--version")
        version = (ROOT / "VERSION").read_text(encoding="ascii").strip()
        self.assertEqual((0, f"stockctl {version}\n"), (ended.code, ended.stdout))

    def test_every_option_stands_in_the_manual_page(self):
        page = (PACKAGING / "man" / "stockctl.1").read_text(encoding="utf-8")
        self.assertEqual(page, self.run_ctl("--help-man").stdout, "make man writes it anew")
        for name in self.names:
            self.assertIn(f"\n.Ss {name}\n", page)
            for option in re.findall(r"^  (?:-\w, )?--([\w-]+)", self.help_of(name), re.M):
                self.assertRegex(page, rf"(?m)^\.It (Fl \w , )?Fl Fl {option}\b", name)

    def test_the_manual_page_is_well_formed(self):
        said = subprocess.run(["groff", "-mdoc", "-Tutf8", "-ww", PACKAGING / "man" / "stockctl.1"],
                              capture_output=True, check=True, text=True)
        self.assertEqual("", said.stderr)
        self.assertNotIn("\\&", said.stdout)


class BadInput(CtlCase):
    """What was typed, the exit code, and what is said."""

    CASES = (
        ("", 2, "Usage: stockctl SUBCOMMAND"),
        ("psuh a.csv", 2, "no subcommand 'psuh' (did you mean push?)"),
        ("campains", 2, "did you mean campaigns?"),
        ("order make 1", 2, "did you mean orders make?"),
        ("orders mak 1", 2, "no subcommand 'orders mak' (did you mean orders make?)"),
        ("orders", 2, "'orders' needs one more word"),
        ("tokens remove x", 2, "no subcommand 'tokens remove'"),
        ("xyzzy", 2, "no subcommand 'xyzzy'"),
        ("help psuh", 2, "did you mean push?"),
        ("completion fish", 2, "SHELL is bash or zsh, not 'fish'"),
        ("hide --campaign 1", 2, "give SKUs, or --file FILE"),
        ("hide A", 2, "--campaign ID is missing"),
        ("hide A --campaign x", 2, "--campaign takes a number from 1"),
        ("hide A --campain 1", 2, "unknown option --campain (did you mean --campaign?)"),
        ("hide A --campaign 1 --output yaml", 2, "--output takes text|json, not 'yaml'"),
        ("hidden --campaign 1 --output xml", 2, "--output takes text|json|csv, not 'xml'"),
        ("hidden --campaign 1 --limit 0", 2, "--limit takes a number from 1"),
        ("hide --campaign 1 --file /none", 2, "cannot open /none: No such file"),
        ("campaigns extra", 2, "unexpected argument 'extra'"),
        ("campaigns --token hush", 2, "put it into a file and give --token-file FILE"),
        ("campaigns --api-key=hush", 2, "put it into a file and give --token-file FILE"),
        ("requests --operator-token hush", 2, "--operator-token-file FILE"),
        ("campaigns --url ftp://x", 2, "--url takes http://… or https://…, not 'ftp://x'"),
        ("campaigns --url http://me:hush@x", 2, "--url takes no user and no password"),
        ("campaigns --url ftp://me:hush@x", 2, "--url takes no user and no password"),
        ("requests --operator-url x", 2, "--operator-url takes http://… or https://…"),
        ("campaigns --token-file /none", 2, "cannot read --token-file /none"),
        ("requests --operator-token-file /none", 2, "cannot read --operator-token-file /none"),
        ("warehouse on", 2, "--campaign ID is missing"),
        ("tokens create x --business 1", 2, "--scopes SCOPE,… is missing"),
        ("tokens revoke", 2, "NAME is missing"),
        ("registry apply", 2, "FILE is missing"),
        ("orders show --campaign 1", 2, "ORDER… is missing"),
        ("campaigns --url http://127.0.0.1:1 --retries 0", 3, "cannot reach http://127.0.0.1:1"),
        ("requests --operator-url http://127.0.0.1:1 --retries 0", 3, "cannot reach"),
    )

    def test_all(self):
        for typed, code, said in self.CASES:
            with self.subTest(typed=typed):
                ended = self.run_ctl(*typed.split(),
                                     environment={"STOCKCTL_OPERATOR_TOKEN": "x"})
                self.assertEqual(code, ended.code, ended)
                self.assertIn(said, ended.stderr)
                self.assertNotIn("hush", ended.stderr)
                self.assertEqual("", "" if typed.startswith("hide --campaign 1 --file")
                                 else ended.stdout, ended)

    def test_a_token_that_others_can_read_is_told(self):
        path = pathlib.Path(self.file("token", TOKEN))
        for mode, told in ((0o644, True), (0o640, True), (0o600, False)):
            path.chmod(mode)
            for words in (("campaigns", "--token-file", path, "--url", "http://127.0.0.1:1"),
                          ("requests", "--operator-token-file", path,
                           "--operator-url", "http://127.0.0.1:1")):
                ended = self.run_ctl(*words, "--retries", "0", token=None)
                self.assertEqual(3, ended.code, ended)
                self.assertEqual(told, f"others can read {path}; chmod 600" in ended.stderr, ended)
                self.assertNotIn(TOKEN, ended.stderr)

    def test_output_that_nobody_takes_is_told(self):
        with open("/dev/full", "wb") as full:
            ended = subprocess.run([binary(), "--help"], stdout=full, check=False)
        self.assertEqual(5, ended.returncode)

    def test_exit_codes_tell_apart(self):
        for status, code in ((400, 1), (401, 4), (403, 4), (404, 4), (423, 4), (502, 3)):
            with Crooked({1: crooked.refuse(status)}, gets=True) as server:
                ended = self.run_ctl("campaigns", "--url", server.url, "--retries", "0")
            self.assertEqual(code, ended.code, ended)


class OnATerminal(DemoCase):

    def terminal(self, *words, columns=80, **environment):
        own = {"PATH": os.environ["PATH"], "TERM": "xterm", "HOME": str(self.folder),
               "STOCKCTL_TOKEN": TOKEN, **self.where, **environment}
        return Terminal([str(binary()), *map(str, words)], own, columns)

    def test_a_table_is_cut_to_the_width_with_a_bold_header(self):
        code, text = self.terminal("campaigns", columns=60).finish()
        lines = text.splitlines()
        self.assertEqual(0, code, text)
        self.assertTrue(lines[0].startswith("\x1b[1mcampaign"), lines)
        self.assertTrue(lines[0].endswith("\x1b[0m"), lines)
        self.assertEqual(7, len(lines))
        self.assertTrue(all(len(line) <= 60 for line in lines[1:]), lines)
        self.assertIn("…", text)
        self.assertNotIn("\x1b", "".join(lines[1:]))

    def test_no_colour_where_none_is_wanted(self):
        for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            code, text = self.terminal("campaigns", **environment).finish()
            self.assertEqual(0, code, text)
            self.assertNotIn("\x1b", text)
        code, text = self.terminal("campaigns", NO_COLOR="").finish()
        self.assertIn("\x1b[1m", text)

    def test_a_pipe_gets_neither_colours_nor_cuts(self):
        ended = self.ctl("campaigns", environment={"TERM": "xterm", "COLUMNS": "20"})
        self.assertNotIn("\x1b", ended.stdout + ended.stderr)
        self.assertNotIn("…", ended.stdout)

    def push_on_a_terminal(self, **environment):
        """A push whose second request waits: the bar is on the screen meanwhile."""
        path = self.file("stock.csv", "sku,count\n" + "".join(f"s{i},1\n" for i in range(4000)))
        gate = threading.Event()
        with Crooked({2: crooked.wait_for(gate)}) as server:
            terminal = self.terminal("push", path, "--campaign", "10003", "--url", server.url,
                                     **environment)
            shown = terminal.expect(r"\r\x1b\[K(\x1b\[36m)?\[[#-]*\] (\x1b\[0m)?(\d+) rows")
            terminal.expect(r"rows, \d+/s, \d+%")
            gate.set()
            code, rest = terminal.finish()
        self.assertEqual(0, code, rest)
        self.assertIn("\r\x1b[K", rest)
        self.assertRegex(rest.splitlines()[-1], r"sent=4000 ")
        return shown

    def test_a_bar_is_drawn_in_place_and_goes_away(self):
        self.assertEqual("\x1b[36m", self.push_on_a_terminal()[1])
        self.assertIsNone(self.push_on_a_terminal(NO_COLOR="1")[1])

    def test_ctrl_c_is_told(self):
        gate = threading.Event()

        def late(handler, _):
            gate.wait(crooked.GATE_S_MAX)
            handler.answer(200, {"campaigns": []})

        with Crooked({1: late}, gets=True) as server:
            terminal = self.terminal("campaigns", "--url", server.url)
            terminal.expect("0 stores")
            terminal.type("\x03")
            gate.set()
            code, text = terminal.finish()
        self.assertEqual(130, code, text)
        self.assertIn("interrupted", text)


class Completion(CtlCase):

    def test_the_scripts_are_those_of_the_tables(self):
        for shell, name in (("bash", "stockctl.bash"), ("zsh", "_stockctl")):
            script = (PACKAGING / "completion" / name).read_text(encoding="utf-8")
            self.assertEqual(script, self.run_ctl("completion", shell).stdout,
                             "make man writes it anew")

    CASES = (
        ("stockctl cam\t", r"stockctl campaigns "),
        ("stockctl orders sh\t\t", r"ship +show"),
        ("stockctl orders ship 1 --camp\t", r"--campaign "),
        ("stockctl hidden --output \t\t", r"csv +json +text"),
        ("stockctl hide --output j\t", r"--output json "),
        ("stockctl hide --output=j\t", r"--output=json "),
        ("stockctl registry apply lef\t", r"apply leftovers.csv "),
        ("stockctl hide --file lef\t", r"--file leftovers.csv "),
        ("stockctl campaigns --token-file lef\t", r"--token-file leftovers.csv "),
        ("stockctl help unh\t", r"help unhide "),
    )

    def completes(self, shell, setup, cases):
        self.file("leftovers.csv", "")
        terminal = Terminal(shell, {"PATH": f"{binary().parent}:{os.environ['PATH']}",
                                    "TERM": "dumb", "HOME": str(self.folder), "PS1": "ready> ",
                                    "LC_ALL": "C.UTF-8"}, 200)
        terminal.type(f"cd {self.folder}\n{setup}\necho beg''un\n")
        terminal.expect("\nbegun")
        for typed, shown in cases:
            with self.subTest(shell=shell[0], typed=typed):
                terminal.type(typed)
                terminal.expect(shown)
                terminal.type("\x15echo do''ne\n")  # Ctrl-U forgets the line.
                terminal.expect("\r?\ndone")
        terminal.type("exit\n")
        terminal.finish()

    def test_bash_completes(self):
        self.completes(["bash", "--norc", "--noprofile", "-i"],
                       f"source {PACKAGING / 'completion' / 'stockctl.bash'}", self.CASES)

    def test_zsh_completes(self):
        # Its lists are drawn in other ways; what is completed in place is the same.
        cases = [(typed, shown) for typed, shown in self.CASES if not typed.endswith("\t\t")
                 and "=" not in typed]
        self.completes(["zsh", "-f", "-i"],
                       f"fpath=({PACKAGING / 'completion'} $fpath); autoload -U compinit; "
                       "compinit -u -D; unsetopt zle_bracketed_paste", cases)
