// The stores: what each has, when it was last told, and the ways to its stock, uploads and orders.
import { useState } from "preact/hooks";

import { call, callEarly } from "../api";
import { useData, useSettled, useWhileVisible } from "../data";
import type { Store, Stores } from "../documents";
import { formatCount } from "../format";
import type { PageProps } from "../pages";
import { Availability } from "../parts/availability";
import { CopyButton, SearchField } from "../parts/controls";
import { Icon, type IconName } from "../parts/icons";
import { Pager, usePages } from "../parts/pager";
import { Spark } from "../parts/spark";
import { Empty, Failure, Skeleton } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Ago } from "../parts/time";
import { type Language, useLanguage } from "../preferences";
import { type Route, go, to } from "../router";
import { shell } from "../texts/shell";
import { storesTexts } from "../texts/stores";
import { useTexts } from "../texts/text";

const LIMIT = 50;
const REFRESH_MS = 10_000;
const COUNTING_MS = 1000; // A database counts a large store over several answers.
const TYPING_MS = 200;

const searchIn = (route: Route) => route.query.search ?? "";
const queryOf = (search: string, pageToken = "") => ({ search, limit: LIMIT, pageToken });

/** Asks for what the page shows first at an address. */
export function askStores(route: Route): Promise<unknown> {
    return callEarly("stores", queryOf(searchIn(route).trim()));
}

export default function StoresPage({ route }: PageProps) {
    const words = useTexts(storesTexts);
    const common = useTexts(shell);
    const language = useLanguage();
    const [typed, setTyped] = useState(searchIn(route));
    const search = useSettled(typed.trim(), TYPING_MS);
    const pages = usePages(search);
    const { data, error, loading, reload } = useData((signal) =>
        call<Stores>("stores", { query: queryOf(search, pages.token), signal }),
        `${search} ${pages.token}`);
    const counting = data?.stores.some((store) => store.skus === undefined);
    useWhileVisible(reload, counting ? COUNTING_MS : REFRESH_MS);

    const type = (value: string) => {
        setTyped(value);
        go(to("stores", [], { search: value.trim() }), true);
    };
    return (
        <>
            <h1>{words.title}</h1>
            <div class="bar">
                <SearchField label={words.search} value={typed} onChange={type} />
            </div>
            {Boolean(error) && <Failure error={error} again={reload} />}
            {!data && loading && <Skeleton />}
            <div aria-live="polite">
                {data && data.stores.length === 0 && <NoStores searched={search !== ""} />}
            </div>
            {data && data.stores.length > 0 && <>
                <div class="table">
                    <Table caption={words.caption} rows={data.stores}
                        columns={columnsOf(words, common, language)}
                        rowKey={(store) => String(store.campaignId)} />
                </div>
                <Pager pages={pages} next={data.paging.nextPageToken} />
                <p class="note"><Icon name="warning" />
                    <span><strong>{words.idTitle}</strong> {words.idNote}</span></p>
            </>}
        </>
    );
}

function NoStores({ searched }: { searched: boolean }) {
    const words = useTexts(storesTexts);
    if (searched) {
        return <Empty title={words.noneFound}><p>{words.noneFoundLead}</p></Empty>;
    }
    return (
        <Empty title={words.none}>
            <p>{words.noneLead} <code>stockctl registry apply FILE</code></p>
        </Empty>
    );
}

function columnsOf(words: typeof storesTexts.en, common: typeof shell.en,
                   language: Language): Column<Store>[] {
    const count = (value: number | undefined) => value === undefined
        ? <span class="muted" title={words.counting}>…</span> : formatCount(value, language);
    return [
        {
            key: "store", title: words.store, heading: true,
            render: (store) => <span class="store-name">
                <a href={to("stock", [store.campaignId])}>{store.domain}</a>
                <span><span class="tag" title={words.model}>{store.placementType}</span>{" "}
                    <Availability store={store} /></span>
            </span>,
        },
        {
            key: "id", title: words.campaignId, numeric: true,
            render: (store) => <span><span class="code">{store.campaignId}</span>
                <CopyButton text={String(store.campaignId)}
                    what={words.copyId(store.campaignId, store.domain)} /></span>,
        },
        { key: "place", title: words.place, render: (store) => placeOf(store, words) },
        { key: "skus", title: words.skus, numeric: true, render: (store) => count(store.skus) },
        {
            key: "available", title: words.available, numeric: true,
            render: (store) => count(store.available),
        },
        {
            key: "reserved", title: words.reserved, numeric: true,
            render: (store) => count(store.reserved),
        },
        {
            key: "updated", title: words.updated,
            render: (store) => <span class="store-updated">
                {store.updatedAt ? <Ago at={store.updatedAt} />
                    : <span class="muted">{words.never}</span>}
                <Updates store={store} />
            </span>,
        },
        {
            key: "links", title: words.links, bare: true,
            render: (store) => <span class="store-links">
                <WayTo name="upload" title={common.upload} store={store}
                    address={to("upload", [store.campaignId])} />
                <WayTo name="orders" title={common.orders} store={store}
                    address={to("orders", [store.campaignId])} />
                <WayTo name="requests" title={common.log} store={store}
                    address={to("requests", [], { campaignId: String(store.campaignId) })} />
            </span>,
        },
    ];
}

/** Two hours in bars, and the sum of them in words. */
function Updates({ store }: { store: Store }) {
    const words = useTexts(storesTexts);
    const language = useLanguage();
    const sum = store.updates.reduce((all, value) => all + value, 0);
    if (sum === 0) {
        return null;
    }
    return <>
        <Spark values={store.updates}
            label={words.spark(sum, Math.max(...store.updates))} />
        <span class="muted small" aria-hidden="true">{words.sparkShort(
            formatCount(sum, language))}</span>
    </>;
}

/** An icon that says where it leads to who rests on it or hears it; in words on a phone. */
function WayTo({ name, title, store, address }:
    { name: IconName; title: string; store: Store; address: string }) {
    return (
        <a href={address} title={title} aria-label={`${title}: ${store.domain}`}>
            <Icon name={name} /><span>{title}</span>
        </a>
    );
}

function placeOf(store: Store, words: typeof storesTexts.en) {
    const names = store.warehouses.map((warehouse) => warehouse.name).join(", ");
    return (
        <span class="store-place">
            {names}
            {store.warehouseGroup &&
                <span class="muted small">{words.group(store.warehouseGroup.name)}</span>}
        </span>
    );
}
