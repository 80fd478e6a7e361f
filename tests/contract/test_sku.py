"""The SKU (CONTRACT §0.3): length, alphabet, trimming, identity, C1 and C2; in PUT and in POST."""

from tests.contract.case import StockdCase, attack, body_of, one

PATTERN = r"^(?=.*\S.*)[^\x00-\x08\x0A-\x1f\x7f]{1,255}$"


class Sku(StockdCase):

    def assert_sku_refused(self, sku, starts):
        """Refused in PUT, refused in POST, and nothing has changed."""
        with self.nothing_changes():
            self.assert_refused(self.put(attack(one(sku, 1))), 400, starts=f"skus[1].sku {starts}")
            self.assert_refused(self.post({"offerIds": ["A", sku]}), 400,
                                starts=f"offerIds[1] {starts}")

    def test_length_is_counted_in_code_points(self):
        """C1: 255 letters of any alphabet, whatever their bytes."""
        for letter in ("x", "ж", "\u20ac", "\U0001f600"):
            with self.subTest(letter=letter):
                sku = letter * 255
                self.put_count(sku, 3)
                self.assertEqual(3, self.count(sku))
                self.assert_sku_refused(letter * 256, "size must be between 1 and 255")

    def test_length_is_counted_after_trimming(self):
        """C1: blanks around do not count."""
        self.put_count(" \t" + "y" * 255 + "  ", 3)
        self.assertEqual(3, self.count("y" * 255))

    def test_a_sku_of_one_character_is_fine(self):
        self.put_count("1", 3)
        self.assertEqual(3, self.count("1"))

    def test_an_empty_sku_is_too_short(self):
        self.assert_sku_refused("", "size must be between 1 and 255 (rejected value: )")

    def test_a_sku_of_white_space_only_is_too_short(self):
        """§0.3 and C2: nothing is left after trimming."""
        for sku in (" ", "   ", "\t", " \t \n\r\v\f "):
            with self.subTest(sku=sku):
                self.assert_sku_refused(sku, "size must be between 1 and 255")

    def test_ascii_white_space_around_a_sku_is_cut(self):
        """C2: TAB, LF, VT, FF, CR and SPACE; the answer shows the trimmed form."""
        for number, space in enumerate("\t\n\v\f\r "):
            with self.subTest(space=space):
                self.put_count(f"{space}{space}T{number}{space}", number)
                self.assertIn(f"T{number}", self.skus())
                self.assertEqual(number, self.count(f"T{number}"))
                self.assertEqual([f"T{number}"],
                                 self.skus(body={"offerIds": [f"{space}T{number}"]}))

    def test_white_space_inside_a_sku_stays(self):
        self.assert_ok(self.put(body_of(one("a b", 1), one("a  b", 2), one("ab", 3))))
        self.assertEqual((1, 2, 3), tuple(map(self.count, ("a b", "a  b", "ab"))))

    def test_a_tab_inside_is_legal(self):
        self.put_count("a\tb", 4)
        self.assertEqual(4, self.count("a\tb"))

    def test_a_no_break_space_is_not_trimmed(self):
        """C2: it is no ASCII white space."""
        self.assert_ok(self.put(body_of(one("\u00a0A\u00a0", 1), one("A", 2))))
        self.assertEqual((1, 2), (self.count("\u00a0A\u00a0"), self.count("A")))

    def test_control_characters_inside_are_illegal(self):
        """§0.3: C0 without TAB, and DEL."""
        for code in [*range(0x01, 0x09), *range(0x0a, 0x20), 0x7f]:
            with self.subTest(code=hex(code)):
                self.assert_sku_refused(f"a{chr(code)}b", f"must match {PATTERN}")

    def test_control_characters_that_are_no_white_space_are_not_trimmed(self):
        """C2: 0x1c to 0x1f at the edge stay and are illegal."""
        for code in (0x01, 0x08, 0x0e, 0x1c, 0x1d, 0x1e, 0x1f, 0x7f):
            with self.subTest(code=hex(code)):
                self.assert_sku_refused(f"{chr(code)}A", f"must match {PATTERN}")

    def test_the_pattern_message_ends_with_the_rejected_value(self):
        answer = self.put(body_of(one("a\x7fb", 1)))
        self.assert_refused(answer, 400, starts=f"skus[0].sku must match {PATTERN}"
                                                " (rejected value: ")

    def test_no_unicode_normalization_and_no_case_folding(self):
        """§0.3: compared exactly."""
        names = ["é", "e\u0301", "Ж", "ж", "ß", "ss", "A", "\u0410"]
        self.assert_ok(self.put(body_of(*(one(name, n) for n, name in enumerate(names)))))
        self.assertEqual(list(range(len(names))), [self.count(name) for name in names])

    def test_numbers_with_leading_zeros_and_signs_are_different_skus(self):
        names = ["1", "01", "1.0", "+1", "1e0", "001"]
        self.assert_ok(self.put(body_of(*(one(name, n) for n, name in enumerate(names)))))
        self.assertEqual(list(range(len(names))), [self.count(name) for name in names])

    def test_every_legal_sku_comes_back_as_it_went(self):
        """Quotes, slashes, markup and separators survive the way out."""
        names = ['"', "\\", "a\"b\\c/d", "</script>", "\u2028x\u2029", "\u0416\U0001f600",
                 "{}", "null", "%41", "&amp;", "\ufeffx", "\ufffd", "\u0080x", "a,b", "'", "\uffff"]
        self.assert_ok(self.put(body_of(*(one(name, n) for n, name in enumerate(names)))))
        self.assertEqual(sorted(names), sorted(self.skus()))
        self.assertEqual(list(range(len(names))), [self.count(name) for name in names])

    def test_an_escaped_sku_is_the_same_sku(self):
        """JSON escapes are only another spelling."""
        self.put_count("A\U0001f600", 1)
        self.assert_ok(self.put(r'{"skus":[{"sku":"\u0041\ud83d\ude00","items":[{"count":2}]}]}'))
        self.assertEqual(2, self.count("A\U0001f600"))

    def test_a_rejected_value_is_clipped(self):
        """An error does not send half a megabyte back, nor half a character."""
        for lead in range(4):
            for letter in ("ж", "\U0001f600"):
                with self.subTest(lead=lead, letter=letter):
                    answer = self.put(body_of(one("a" * lead + letter * 100000, 1)))
                    self.assert_refused(answer, 400, starts="skus[0].sku size must be between"
                                                            " 1 and 255 (rejected value: ")
                    self.assertLess(len(answer.body), 8192)

    def test_a_sku_in_an_error_text_is_escaped(self):
        answer = self.put(body_of(one('A"\\', 1), one('A"\\', 2)))
        self.assert_refused(answer, 400, starts="Duplicate shop-sku 'A\"\\' for warehouse")
