"""Parallel requests (CONTRACT §10, C49): how many, the refusal, and when a place is free again.

A request takes its place when its headers are in: the tests hold one by withholding its body after
the server said `100 Continue`. A place is free when its answer has been read, without any delay.
"""

import threading

from tests.contract.case import Held, StockdCase, body_of, one, stocks_path
from tests.contract.registry import FOREIGN, FULL, OTHER
from tests.harness.client import Client, Connection, encode_request

GOOD = body_of(one("A", 1))


class Parallel(StockdCase):
    options = ()

    def test_two_at_once_are_served(self):
        """C49: the default is 2."""
        with self.holding(1, self.campaign) as held:
            self.assert_ok(self.put(GOOD))
            self.assert_ok(held[0].finish())

    def test_a_third_is_refused_and_the_two_go_on(self):
        """C49: PUT and POST alike."""
        with self.holding(2, self.campaign) as held:
            for answer in (self.put(GOOD), self.post({})):
                self.assert_refused(answer, 420, "Hit rate limit of 2 parallel requests")
            for request in held:
                self.assert_ok(request.finish())

    def test_the_reason_phrase_is_the_librarys(self):
        """C72."""
        with self.holding(2, self.campaign):
            self.assertEqual("Non-Standard Status", self.put(GOOD).reason)

    def test_a_post_takes_a_place_too(self):
        with self.holding(2, self.campaign, "POST", body=b"{}"):
            self.assert_refused(self.put(GOOD), 420, "Hit rate limit of 2 parallel requests")

    def test_a_refused_request_takes_no_place(self):
        """C49: refused at once, not queued, not counted."""
        with self.holding(2, self.campaign) as held:
            for _ in range(10):
                self.assertEqual(420, self.put(GOOD).status)
            self.assert_ok(held[0].finish())
            self.assert_ok(self.put(GOOD))

    def test_a_refused_request_changes_nothing(self):
        with self.holding(2, self.campaign):
            self.assertEqual(420, self.put(body_of(one("refused", 1))).status)
        self.assertIsNone(self.count("refused"))

    def test_a_request_refused_early_gives_its_place_back(self):
        """Whatever comes after the place was taken: scope, campaign, size, JSON."""
        for _ in range(3):
            self.put("{")
            self.put({})
            self.put(GOOD, headers={"Content-Type": "text/plain"})
            self.put(b" " * 600000)
            self.put(GOOD, FOREIGN)
        with self.holding(2, self.campaign):
            pass
        self.assert_ok(self.put(GOOD))

    def test_a_client_that_goes_away_gives_its_place_back(self):
        """In the middle of its body."""
        for _ in range(5):
            held = [self.hold_eventually() for _ in range(2)]
            for request in held:
                request.connection.reset()
        self.eventually(lambda: self.put(GOOD).status == 200)

    def hold_eventually(self):
        """Takes a place as soon as the clients before have been seen to be gone."""
        found = []

        def try_to_hold():
            try:
                found.append(Held(self, "PUT", self.campaign, FULL, GOOD))
            except AssertionError:
                return False
            return True

        self.eventually(try_to_hold)
        return found[0]

    def test_another_business_is_served_meanwhile(self):
        """§10: the limit is per entity."""
        with self.holding(2, self.campaign):
            self.assert_ok(self.put(GOOD, FOREIGN, token=OTHER))

    def test_a_refusal_costs_nothing(self):
        """C49: between the two probes only the held request was charged."""
        header = "X-RateLimit-Resource-Remaining"

        def scenario(campaign):
            before = int(self.put(GOOD, campaign).header(header))
            with self.holding(2, campaign) as held:
                for _ in range(5):
                    self.assertEqual(420, self.put(GOOD, campaign).status)
                for request in held:
                    self.assert_ok(request.finish())
            after = int(self.put(GOOD, campaign).header(header))
            self.assertEqual(3, before - after)

        self.within_one_minute(scenario)

    def test_clients_that_wait_for_their_answers_are_never_refused(self):
        """Two clients, one request each at a time: a place is free before its answer is read."""
        refused = []

        def work(number):
            client = Client(self.server.address)
            headers = {"Api-Key": FULL, "Content-Type": "application/json"}
            for step in range(150):
                method, body = (("PUT", body_of(one(f"S{number}", step))), ("POST", {}))[step % 2]
                answer = client.request(method, stocks_path(self.campaign), headers, body)
                if answer.status != 200:
                    refused.append(answer)
            client.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([], refused)

    def test_new_connections_in_turn_are_never_refused(self):
        for _ in range(100):
            with Connection(self.server.address) as connection:
                connection.send(self.put_bytes(GOOD))
                self.assertEqual(200, connection.read_final().status)

    def test_idle_connections_take_no_place(self):
        idle = [self.raw() for _ in range(5)]
        for connection in idle:
            connection.send(self.put_bytes(GOOD))
            self.assertEqual(200, connection.read_final().status)
        self.assert_ok(self.put(GOOD))

    def test_half_a_head_takes_no_place(self):
        """A place is taken only when it is known by whom."""
        for _ in range(3):
            head = encode_request("PUT", stocks_path(self.campaign), {"Api-Key": FULL})
            self.raw().send(head[:-2])
        self.assert_ok(self.put(GOOD))


class ParallelOption(StockdCase):
    options = ("--parallel", "3")

    def test_the_option_sets_the_number(self):
        with self.holding(3, self.campaign):
            self.assert_refused(self.put(GOOD), 420, "Hit rate limit of 3 parallel requests")


class Parallel2026(StockdCase):
    options = ("--edition", "2026")

    def test_four_per_campaign(self):
        """C49: and the text names the campaign."""
        with self.holding(4, self.campaign):
            self.assert_refused(
                self.put(GOOD), 420,
                f"Hit rate limit of 4 parallel requests for campaignId {self.campaign}")

    def test_another_campaign_is_served_meanwhile(self):
        """§10: the entity is the campaign in the path."""
        other = self.new_campaign()
        with self.holding(4, self.campaign):
            self.assert_ok(self.put(GOOD, other))


class PlacesOfTheRefused(StockdCase):
    """With the limits of a fresh stockd: two at once."""

    options = ()

    def test_somebody_elses_refused_requests_take_no_place_while_their_bodies_are_due(self):
        """C49: a stranger cannot keep the owner out."""
        strangers = [self.raw() for _ in range(4)]
        for stranger in strangers:
            whole = self.put_bytes(body_of(one("A", 1)), **{"Api-Key": OTHER})
            stranger.send(whole[:-5])
        for _ in range(3):
            self.assert_ok(self.put(body_of(one("A", 2))))
        for stranger in strangers:
            stranger.send(whole[-5:])
            self.assertEqual(403, stranger.read_answer().status)
