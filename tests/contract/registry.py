"""The registry these tests run on: the demo's businesses, and many spare campaigns.

The named campaigns have the ids of demo/registry.json, as CONTRACT §17 uses them. Spare campaigns
(FBS, one warehouse each, no group) and spare groups (two FBS campaigns each) are handed out by
case.StockdCase, so that a test starts with an empty campaign nobody else touches. Small businesses
are for what concerns a whole business: four campaigns each, one alone, two in a group, one FBY.
"""

import collections

BUSINESS, OTHER_BUSINESS = 861370, 900001
SOLO = 770001  # A business without warehouse groups, for v3 (CONTRACT §14).

C = 10003  # FBS, warehouse 501, group 77
D = 10004  # FBS, warehouse 502, group 77
F = 10005  # FBY
DBS = 10006
EXPRESS = 10007
INACTIVE = 10008
FOREIGN = 20001  # Exists, belongs to another business.
UNKNOWN = 1  # No such campaign.

SOLO_SPARE = range(40500, 40540)  # FBS
SOLO_DBS, SOLO_EXPRESS, SOLO_INACTIVE, SOLO_FBY = range(40600, 40604)

WAREHOUSE = {C: 501, D: 502, DBS: 506, EXPRESS: 507, INACTIVE: 508, FOREIGN: 601}
MARKET_WAREHOUSE = 147
RETURNS_WAREHOUSE = 148

SPARE = range(30000, 30300)
SPARE_GROUPS = [(60000 + 2 * index, 60001 + 2 * index) for index in range(20)]
WAREHOUSE.update({campaign: campaign + 10000 for campaign in SPARE})
WAREHOUSE.update({member: member + 10000 for pair in SPARE_GROUPS for member in pair})
WAREHOUSE.update({campaign: campaign + 10000 for campaign in
                  (*SOLO_SPARE, SOLO_DBS, SOLO_EXPRESS, SOLO_INACTIVE)})
ADDRESS = {"city": "Moscow", "street": "Tverskaya", "number": "7", "building": "2a", "block": "1",
           "gps": {"latitude": 55.751244, "longitude": 37.618423}}

Small = collections.namedtuple("Small", "business token alone first second fby")
SMALL = [Small(910000 + index, f"small business {index}", *range(70000 + 4 * index,
                                                                 70004 + 4 * index))
         for index in range(20)]
WAREHOUSE.update({campaign: campaign + 10000
                  for small in SMALL for campaign in (small.alone, small.first, small.second)})

FULL = "ACMA:DemoFullAccessDemoFullAccessDemoFullAcce:00000001"
WRITER = "ACMA:DemoStockWriterDemoStockWriterDemoStockW:00000002"
VIEWER = "ACMA:DemoViewerDemoViewerDemoViewerDemoViewer:00000003"
PRICES = "ACMA:DemoPricesDemoPricesDemoPricesDemoPrices:00000004"
REVOKED = "ACMA:DemoRevokedDemoRevokedDemoRevokedDemoRev:00000005"
OTHER = "ACMA:OtherSellerOtherSellerOtherSellerOtherSe:00000006"
STOCK_VIEWER = "ACMA:StockViewerStockViewerStockViewerStockVi:00000007"
INVENTORY = "ACMA:InventoryInventoryInventoryInventoryInve:00000008"
INVENTORY_VIEWER = "ACMA:InventoryViewerInventoryViewerInventoryV:00000009"
NO_SCOPES = "ACMA:NoScopesNoScopesNoScopesNoScopesNoScopes:0000000a"
SOLO_FULL = "ACMA:SoloFullAccessSoloFullAccessSoloFullAcce:0000000b"
SOLO_WRITER = "ACMA:SoloStockWriterSoloStockWriterSoloStockW:0000000c"
SOLO_VIEWER = "ACMA:SoloViewerSoloViewerSoloViewerSoloViewer:0000000d"
SOLO_INVENTORY = "ACMA:SoloInventorySoloInventorySoloInventoryS:0000000e"
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
    warehouses[0]["address"] = ADDRESS
    groups = [_group(77, C)]
    for campaign in SPARE:
        campaigns.append(_campaign(campaign, f"Spare {campaign}"))
        warehouses.append(_warehouse(campaign))
    for index, pair in enumerate(SPARE_GROUPS, start=100):
        groups.append(_group(index, pair[0]))
        campaigns += [_campaign(member, f"Member {member}") for member in pair]
        warehouses += [{**_warehouse(member), "groupId": index} for member in pair]
    for index, small in enumerate(SMALL, start=1000):
        groups.append({**_group(index, small.first), "businessId": small.business})
        campaigns += [{**_campaign(member, f"Small {member}"), "businessId": small.business}
                      for member in (small.alone, small.first, small.second)]
        campaigns.append({**_campaign(small.fby, f"Small {small.fby}", "FBY"),
                          "businessId": small.business})
        warehouses.append(_warehouse(small.alone))
        warehouses += [{**_warehouse(member), "groupId": index}
                       for member in (small.first, small.second)]
    for campaign in (*SOLO_SPARE, SOLO_DBS, SOLO_EXPRESS, SOLO_INACTIVE, SOLO_FBY):
        campaigns.append({**_campaign(campaign, f"Solo {campaign}"), "businessId": SOLO})
        if campaign != SOLO_FBY:
            warehouses.append(_warehouse(campaign))
    campaigns[-4]["placementType"] = "DBS"
    campaigns[-2]["apiAvailability"] = "MANUALLY_DISABLED"
    campaigns[-1]["placementType"] = "FBY"
    warehouses[-3]["address"] = ADDRESS
    warehouses[-2]["express"] = True
    return {
        "businesses": [{"id": BUSINESS, "name": "Demo Trade"},
                       {"id": OTHER_BUSINESS, "name": "Other Seller"},
                       {"id": SOLO, "name": "Solo Trade"},
                       *({"id": small.business, "name": f"Small {small.business}"}
                         for small in SMALL)],
        "campaigns": campaigns,
        "warehouseGroups": groups,
        "warehouses": warehouses,
        "marketWarehouses": [{"id": MARKET_WAREHOUSE, "name": "Sofyino"},
                             {"id": RETURNS_WAREHOUSE, "name": "Returns", "returns": True}],
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
        key("inventory", INVENTORY, "inventory-and-order-processing"),
        key("inventory viewer", INVENTORY_VIEWER, "inventory-and-order-processing:read-only"),
        key("no scopes", NO_SCOPES),
        *({**key(f"solo {number}", text, scope), "businessId": SOLO}
          for number, (text, scope) in enumerate((
              (SOLO_FULL, "all-methods"), (SOLO_WRITER, "offers-and-cards-management"),
              (SOLO_VIEWER, "all-methods:read-only"),
              (SOLO_INVENTORY, "inventory-and-order-processing")))),
        key("revoked", REVOKED, "all-methods", revoked=True),
        {**key("other seller", OTHER, "all-methods"), "businessId": OTHER_BUSINESS},
        {"name": "old integration", "businessId": BUSINESS, "oauth": OAUTH},
        *({**key("small", small.token, "all-methods"), "businessId": small.business}
          for small in SMALL),
    ]


def _campaign(identifier, domain, placement="FBS"):
    return {"id": identifier, "businessId": BUSINESS, "domain": domain,
            "placementType": placement}


def _warehouse(campaign):
    return {"id": WAREHOUSE[campaign], "campaignId": campaign, "name": f"Warehouse of {campaign}"}


def _group(identifier, main_campaign):
    return {"id": identifier, "businessId": BUSINESS, "name": f"Group {identifier}",
            "mainWarehouseId": WAREHOUSE[main_campaign]}
