"""GET campaigns and GET campaigns/{campaignId} (CONTRACT §5), C36, C37."""

from tests.contract import registry
from tests.contract.case import StockdCase, stocks_path
from tests.contract.registry import (BUSINESS, C, DBS, EXPRESS, F, FOREIGN, FULL, INACTIVE,
                                     INVENTORY_VIEWER, NO_SCOPES, OAUTH, OTHER, PRICES, REVOKED,
                                     SOLO, SOLO_INACTIVE, SOLO_VIEWER, UNKNOWN, VIEWER, WRITER)

LIST = "/v2/campaigns"


def own_campaigns(business=BUSINESS):
    return sorted(campaign["id"] for campaign in registry.build()["campaigns"]
                  if campaign["businessId"] == business)


class Campaigns(StockdCase):

    def list(self, query="", **how):
        answer = self.send("GET", LIST + query, **how)
        self.assertEqual(200, answer.status, answer)
        return answer.json

    def ids(self, query="", **how):
        return [campaign["id"] for campaign in self.list(query, **how)["campaigns"]]

    # The list.

    def test_vector_31_there_is_no_status(self):
        self.assertEqual({"campaigns", "pager"}, set(self.list()))

    def test_a_campaign_has_these_fields(self):
        found, = (campaign for campaign in self.list("?pageSize=100")["campaigns"]
                  if campaign["id"] == C)
        self.assertEqual({"domain": "Moscow store", "id": C, "clientId": 0,
                          "business": {"id": BUSINESS, "name": "Demo Trade"},
                          "placementType": "FBS", "apiAvailability": "AVAILABLE"}, found)

    def test_models_and_availability(self):
        """Express is FBS; an inactive campaign is listed."""
        found = {campaign["id"]: (campaign["placementType"], campaign["apiAvailability"])
                 for campaign in self.list("?pageSize=100")["campaigns"]}
        self.assertEqual(("FBY", "AVAILABLE"), found[F])
        self.assertEqual(("DBS", "AVAILABLE"), found[DBS])
        self.assertEqual(("FBS", "AVAILABLE"), found[EXPRESS])
        self.assertEqual(("FBS", "DISABLED_BY_INACTIVITY"), found[INACTIVE])

    def test_the_first_50_are_shown(self):
        """C36."""
        total = len(own_campaigns())
        answer = self.list()
        self.assertEqual(own_campaigns()[:50], [one["id"] for one in answer["campaigns"]])
        self.assertEqual({"total": total, "from": 1, "to": 50, "currentPage": 1,
                          "pagesCount": -(-total // 50), "pageSize": 50}, answer["pager"])

    def test_the_pages_hold_every_campaign_once(self):
        pages = -(-len(own_campaigns()) // 100)
        shown = [self.ids(f"?page={page}&pageSize=100") for page in range(1, pages + 1)]
        self.assertEqual(own_campaigns(), sum(shown, []))

    def test_the_last_page_may_be_short(self):
        total = len(own_campaigns())
        answer = self.list(f"?page={total // 7 + 1}&pageSize=7")
        self.assertEqual(total % 7, len(answer["campaigns"]))
        self.assertEqual((total - total % 7 + 1, total),
                         (answer["pager"]["from"], answer["pager"]["to"]))

    def test_beyond_the_end_there_is_nothing(self):
        """C36."""
        answer = self.list("?page=10000&pageSize=100")
        self.assertEqual([], answer["campaigns"])
        self.assertEqual((0, 0, 10000), tuple(answer["pager"][name]
                                              for name in ("from", "to", "currentPage")))
        self.assertEqual(len(own_campaigns()), answer["pager"]["total"])

    def test_bounds_of_page_and_page_size(self):
        for query, message in (
                ("page=0", "Parameter page must be greater than or equal to 1"
                           " (rejected value: 0)"),
                ("page=10001", "Parameter page must be less than or equal to 10000"
                               " (rejected value: 10001)"),
                ("pageSize=0", "Parameter pageSize must be greater than or equal to 1"
                               " (rejected value: 0)"),
                ("pageSize=101", "Parameter pageSize must be less than or equal to 100"
                                 " (rejected value: 101)"),
                ("limit=0", "Parameter limit must be greater than or equal to 1"
                            " (rejected value: 0)"),
                ("limit=101", "Parameter limit must be less than or equal to 100"
                              " (rejected value: 101)"),
                ("page=abc", "Type mismatch: 'abc'"), ("pageSize=1.5", "Type mismatch: '1.5'"),
                ("limit=", "Type mismatch: ''"), ("page_token=abc", "Bad page token"),
                ("pageToken=", "Bad page token")):
            with self.subTest(query=query):
                self.assert_refused(self.send("GET", f"{LIST}?{query}"), 400, message)

    def test_both_bad_parameters_are_told(self):
        answer = self.send("GET", f"{LIST}?pageSize=0&page=x")
        self.assert_refused(answer, 400, "Type mismatch: 'x'")
        self.assertEqual(2, len(answer.errors))

    # Pages by tokens.

    def test_tokens_lead_to_every_campaign_once(self):
        seen, query = [], "?limit=100"
        while True:
            answer = self.list(query)
            self.assertEqual({"campaigns", "paging"}, set(answer))
            seen += [one["id"] for one in answer["campaigns"]]
            if "nextPageToken" not in answer["paging"]:
                break
            query = f"?limit=100&page_token={answer['paging']['nextPageToken']}"
        self.assertEqual(own_campaigns(), seen)

    def test_page_and_page_size_are_ignored_with_a_token_or_a_limit(self):
        token = self.list("?limit=1")["paging"]["nextPageToken"]
        self.assertEqual(own_campaigns()[:3], self.ids("?limit=3&page=9&pageSize=x"))
        self.assertEqual(own_campaigns()[1:51], self.ids(f"?pageToken={token}&page=0&pageSize=7"))

    def test_a_token_is_bound_to_its_list(self):
        token = self.list("?limit=1")["paging"]["nextPageToken"]
        self.assert_refused(self.send("GET", f"{LIST}?page_token={token}", token=OTHER), 400,
                            "Bad page token")
        answer = self.send("POST", f"/v2/businesses/{BUSINESS}/warehouses?page_token={token}", {})
        self.assert_refused(answer, 400, "Bad page token")

    # Who may ask.

    def test_any_scope_suffices(self):
        for token in (FULL, WRITER, VIEWER, PRICES, INVENTORY_VIEWER):
            for path in (LIST, f"{LIST}/{C}"):
                with self.subTest(token=token, path=path):
                    self.assertEqual(200, self.send("GET", path, token=token).status)

    def test_a_token_without_scopes_is_refused(self):
        for path in (LIST, f"{LIST}/{C}"):
            answer = self.send("GET", path, token=NO_SCOPES)
            self.assert_refused(answer, 403, starts=(
                "Token does not have any of the scopes to access the API method: all-methods, "))
            self.assertEqual(14, len(answer.message.split(": ", 1)[1].split(", ")))

    def test_credentials_are_needed(self):
        for path in (LIST, f"{LIST}/{C}"):
            self.assert_refused(self.send("GET", path, token=None), 401,
                                "Credentials are not specified")
            self.assert_refused(self.send("GET", path, token=REVOKED), 401,
                                "Api-Key token is revoked")

    def test_an_oauth_token_sees_its_business(self):
        answer = self.send("GET", LIST, token=None, headers={"Authorization": f"Bearer {OAUTH}"})
        self.assertEqual(own_campaigns()[:50], [one["id"] for one in answer.json["campaigns"]])

    def test_others_campaigns_are_not_listed(self):
        self.assertEqual([FOREIGN], self.ids(token=OTHER))
        self.assertEqual(own_campaigns(SOLO), self.ids("?pageSize=100", token=SOLO_VIEWER))

    # One campaign.

    def test_one_campaign(self):
        """No `status` here either."""
        answer = self.send("GET", f"{LIST}/{C}")
        self.assertEqual({"campaign": {"domain": "Moscow store", "id": C, "clientId": 0,
                                       "business": {"id": BUSINESS, "name": "Demo Trade"},
                                       "placementType": "FBS", "apiAvailability": "AVAILABLE"}},
                         answer.json)

    def test_every_model_is_answered(self):
        for campaign, model in ((C, "FBS"), (F, "FBY"), (DBS, "DBS"), (EXPRESS, "FBS")):
            answer = self.send("GET", f"{LIST}/{campaign}")
            self.assertEqual(model, answer.json["campaign"]["placementType"])

    def test_an_inactive_campaign_is_answered(self):
        """C37."""
        for campaign, token, why in ((INACTIVE, FULL, "DISABLED_BY_INACTIVITY"),
                                     (SOLO_INACTIVE, SOLO_VIEWER, "MANUALLY_DISABLED")):
            answer = self.send("GET", f"{LIST}/{campaign}", token=token)
            self.assertEqual(why, answer.json["campaign"]["apiAvailability"])

    def test_unknown_and_foreign_campaigns(self):
        self.assert_refused(self.send("GET", f"{LIST}/{UNKNOWN}"), 404,
                            f"Campaign not found: '{UNKNOWN}'")
        self.assert_refused(self.send("GET", f"{LIST}/{FOREIGN}"), 403, "Access denied")

    def test_a_campaign_that_is_no_number(self):
        self.assert_refused(self.send("GET", f"{LIST}/abc"), 400, "Type mismatch: 'abc'")
        self.assert_refused(self.send("GET", f"{LIST}/0"), 400,
                            "campaignId must be greater than or equal to 1 (rejected value: 0)")

    # Paths and verbs.

    def test_all_forms_of_the_paths(self):
        """§0.1."""
        for prefix, suffix in (("/v2", ""), ("", ""), ("/v2", ".json"), ("", ".json")):
            with self.subTest(prefix=prefix, suffix=suffix):
                self.assertIn("campaigns", self.send(
                    "GET", f"{prefix}/campaigns{suffix}").json)
                self.assertIn("campaign", self.send(
                    "GET", f"{prefix}/campaigns/{C}{suffix}").json)

    def test_other_paths_and_verbs(self):
        for path in ("/v3/campaigns", f"/v3/campaigns/{C}", "/v2/campaigns/", "/v2/Campaigns",
                     f"/v2/campaigns/{C}/", "/campaigns.xml"):
            with self.subTest(path=path):
                self.assert_refused(self.send("GET", path), 404)
        for path in (LIST, f"{LIST}/{C}"):
            answer = self.send("POST", path, {})
            self.assert_refused(answer, 405, "Request method 'POST' not supported")
            self.assertEqual("GET", answer.header("Allow"))

    def test_a_body_is_not_looked_at(self):
        for body in (b"{", b"\xff", b"[]"):
            self.assertEqual(200, self.send("GET", LIST, body).status)
        self.assertEqual(200, self.send("GET", LIST, b"x",
                                        headers={"Content-Type": "text/plain"}).status)

    def test_a_body_that_is_too_big_is_refused(self):
        self.assert_refused(self.send("GET", LIST, b" " * 600000), 400,
                            starts="The request is too big")

    def test_stocks_of_the_listed_campaigns_can_be_read(self):
        """What a client does with the list."""
        for campaign in self.ids("?pageSize=3"):
            self.assertEqual(200, self.send("POST", stocks_path(campaign)).status)


class CampaignsOfEdition2026(StockdCase):
    options = ("--no-limits", "--edition", "2026")

    def test_both_kinds_of_pages(self):
        self.assertEqual({"campaigns", "pager"}, set(self.send("GET", LIST).json))
        self.assertEqual({"campaigns", "paging"}, set(self.send("GET", f"{LIST}?limit=5").json))

    def test_texts(self):
        self.assert_refused(self.send("GET", f"{LIST}/{UNKNOWN}"), 404,
                            f"Campaign not found '{UNKNOWN}'")
        self.assertEqual(200, self.send("GET", f"{LIST}/{INACTIVE}").status)
