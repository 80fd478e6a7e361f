"""The registry these tests run on: the demo's businesses, and many spare campaigns.

The named campaigns have the ids of demo/registry.json, as CONTRACT §17 uses them. Spare campaigns
(FBS, one warehouse each, no group) and spare groups (two FBS campaigns each) are handed out by
case.StockdCase, so that a test starts with an empty campaign nobody else touches.
"""

BUSINESS, OTHER_BUSINESS = 861370, 900001

C = 10003  # FBS, warehouse 501, group 77
D = 10004  # FBS, warehouse 502, group 77
F = 10005  # FBY
DBS = 10006
EXPRESS = 10007
INACTIVE = 10008
FOREIGN = 20001  # Exists, belongs to another business.
UNKNOWN = 1  # No such campaign.

WAREHOUSE = {C: 501, D: 502, DBS: 506, EXPRESS: 507, INACTIVE: 508, FOREIGN: 601}
MARKET_WAREHOUSE = 147

SPARE = range(30000, 30300)
SPARE_GROUPS = [(60000 + 2 * index, 60001 + 2 * index) for index in range(20)]
WAREHOUSE.update({campaign: campaign + 10000 for campaign in SPARE})
WAREHOUSE.update({member: member + 10000 for pair in SPARE_GROUPS for member in pair})

FULL = "ACMA:DemoFullAccessDemoFullAccessDemoFullAcce:00000001"
WRITER = "ACMA:DemoStockWriterDemoStockWriterDemoStockW:00000002"
VIEWER = "ACMA:DemoViewerDemoViewerDemoViewerDemoViewer:00000003"
PRICES = "ACMA:DemoPricesDemoPricesDemoPricesDemoPrices:00000004"
REVOKED = "ACMA:DemoRevokedDemoRevokedDemoRevokedDemoRev:00000005"
OTHER = "ACMA:OtherSellerOtherSellerOtherSellerOtherSe:00000006"
STOCK_VIEWER = "ACMA:StockViewerStockViewerStockViewerStockVi:00000007"
OAUTH = "y0_DemoOAuthTokenDemoOAuthTokenDemoOAuth"

WRITE_SCOPES = {"offers-and-cards-management", "all-methods"}
READ_SCOPES = WRITE_SCOPES | {scope + ":read-only" for scope in WRITE_SCOPES}


def build():
    """Returns the registry as a value ready for JSON."""
    campaigns = [_campaign(C, "Moscow store"), _campaign(D, "Podolsk store"),
                 _campaign(F, "Fulfilment", "FBY"), _campaign(DBS, "Own courier", "DBS"),
                 _campaign(EXPRESS, "Express"),
                 {**_campaign(INACTIVE, "Sleeping"), "apiAvailability": "DISABLED_BY_INACTIVITY"},
                 {**_campaign(FOREIGN, "Elsewhere"), "businessId": OTHER_BUSINESS}]
    warehouses = [_warehouse(campaign) for campaign in (C, D, DBS, EXPRESS, INACTIVE, FOREIGN)]
    warehouses[0]["groupId"] = warehouses[1]["groupId"] = 77
    warehouses[3]["express"] = True
    groups = [_group(77, C)]
    for campaign in SPARE:
        campaigns.append(_campaign(campaign, f"Spare {campaign}"))
        warehouses.append(_warehouse(campaign))
    for index, pair in enumerate(SPARE_GROUPS, start=100):
        groups.append(_group(index, pair[0]))
        campaigns += [_campaign(member, f"Member {member}") for member in pair]
        warehouses += [{**_warehouse(member), "groupId": index} for member in pair]
    return {
        "businesses": [{"id": BUSINESS, "name": "Demo Trade"},
                       {"id": OTHER_BUSINESS, "name": "Other Seller"}],
        "campaigns": campaigns,
        "warehouseGroups": groups,
        "warehouses": warehouses,
        "marketWarehouses": [{"id": MARKET_WAREHOUSE, "name": "Sofyino"}],
        "tokens": _tokens(),
    }


def _tokens():
    def key(name, text, *scopes, **more):
        return {"name": name, "businessId": BUSINESS, "scopes": list(scopes), "apiKey": text,
                **more}

    return [
        key("full access", FULL, "all-methods"),
        key("stock writer", WRITER, "offers-and-cards-management"),
        key("viewer", VIEWER, "all-methods:read-only"),
        key("stock viewer", STOCK_VIEWER, "offers-and-cards-management:read-only"),
        key("prices only", PRICES, "pricing"),
        key("revoked", REVOKED, "all-methods", revoked=True),
        {**key("other seller", OTHER, "all-methods"), "businessId": OTHER_BUSINESS},
        {"name": "old integration", "businessId": BUSINESS, "oauth": OAUTH},
    ]


def _campaign(identifier, domain, placement="FBS"):
    return {"id": identifier, "businessId": BUSINESS, "domain": domain,
            "placementType": placement}


def _warehouse(campaign):
    return {"id": WAREHOUSE[campaign], "campaignId": campaign, "name": f"Warehouse of {campaign}"}


def _group(identifier, main_campaign):
    return {"id": identifier, "businessId": BUSINESS, "name": f"Group {identifier}",
            "mainWarehouseId": WAREHOUSE[main_campaign]}
