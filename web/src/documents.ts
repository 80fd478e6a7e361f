// Documents of the operator's API that several parts of the page read (openapi.yaml has them all).

export interface Session {
    version: string;
    publicUrl: string;
    store: "local" | "postgresql";
    historyDays?: number;
    edition?: string;
}

export interface Paging {
    nextPageToken?: string;
}

export interface Store {
    campaignId: number;
    businessId: number;
    domain: string;
    placementType: string;
    /** Whether the public API answers for it; absent where stockd does not tell. */
    apiAvailability?: string;
    warehouses: { id: number; name: string }[];
    warehouseGroup?: { id: number; name: string };
    /** Absent, with what follows, until a database has counted them. */
    skus?: number;
    available?: number;
    reserved?: number;
    unfit?: number;
    updatedAt?: string;
    /** SKUs updated, one count for each five minutes, newest last. */
    updates: number[];
}

export interface Stores {
    stores: Store[];
    paging: Paging;
}

export interface Stock {
    sku: string;
    fit: number;
    freeze: number;
    available: number;
    updatedAt?: string;
    hidden: boolean;
    archived: boolean;
    deleted: boolean;
    freeStorage: boolean;
    /** Units that cannot be sold. */
    unfit?: { type: string; count: number }[];
}

export interface Stocks {
    stocks: Stock[];
    paging: Paging;
}

export interface Change {
    at: string;
    kind: string;
    /** Absent where nobody knows any more. */
    source?: string;
    warehouseId?: number;
    token?: string;
    /** 16 hex digits, as `id` of the query log. */
    requestId?: string;
    orderId?: string;
    /** What was there behind the change; absent where it did not touch them. */
    available?: number;
    freeze?: number;
    /** The number that was told. */
    count?: number;
    type?: string;
    set?: string[];
    cleared?: string[];
}

export interface History {
    events: Change[];
    paging: Paging;
}

/** Samples of the last hour; a name that this stockd does not know of is not there. */
export interface Health {
    intervalMs: number;
    at: string[];
    series: Record<string, number[]>;
}
