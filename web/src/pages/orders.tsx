// Orders of a store: a test order made by hand, carried through its states, and the numbers of its
// SKUs beside it, which move with every step.
import { useState } from "preact/hooks";

import { call } from "../api";
import { useData, useWhileVisible } from "../data";
import type { Paging } from "../documents";
import type { PageProps } from "../pages";
import { CampaignPage, readStore } from "../parts/campaign";
import { Chips } from "../parts/controls";
import { Dialog } from "../parts/dialog";
import { useKeptFocus } from "../parts/kept_focus";
import { type Order, OrderFailure, OrderForm } from "../parts/order_form";
import { OrderNumbers } from "../parts/order_numbers";
import { Pager, usePages } from "../parts/pager";
import { Empty, Failure, Skeleton } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Ago, Moment } from "../parts/time";
import { tell } from "../parts/toast";
import { go, to } from "../router";
import { ordersTexts } from "../texts/orders";
import { useTexts } from "../texts/text";

const LIMIT = 20;
const REFRESH_MS = 3000;
const STATES = ["RESERVED", "PACKED", "SHIPPED", "CANCELLED", "EXPIRED"];
type Action = "pack" | "ship" | "cancel";

const ACTIONS: Record<string, Action[]> = {
    RESERVED: ["pack", "ship", "cancel"], PACKED: ["ship", "cancel"],
};
const TAGS: Record<string, string> = { RESERVED: "warn", PACKED: "warn", SHIPPED: "good" };
const WATCHED_MAX = 20;

export default function OrdersPage({ route }: PageProps) {
    const words = useTexts(ordersTexts);
    const campaignId = route.words[0] ?? "";
    const state = route.query.state ?? "";
    const pages = usePages(`${campaignId} ${state}`);
    const { data, error, reload } = useData((signal) =>
        call<{ orders: Order[]; paging: Paging }>(`campaigns/${campaignId}/orders`,
            { query: { state, limit: LIMIT, pageToken: pages.token }, signal }),
        `${campaignId} ${state} ${pages.token}`);
    useWhileVisible(reload, REFRESH_MS);
    const store = useData((signal) => readStore(campaignId, signal), campaignId).data;
    const [typed, setTyped] = useState<string[]>([]);
    const [touched, setTouched] = useState<string[]>([]);
    const [turn, setTurn] = useState(0);
    const [begun, setBegun] = useState(0);
    const begin = () => setBegun((before) => before + 1);
    const [refused, setRefused] = useState<{ order: Order; error: unknown }>();
    const [asked, setAsked] = useState<{ order: Order; action: Action }>();
    const [busy, setBusy] = useState("");
    const list = useKeptFocus();

    const moved = (order: Order) => {
        setRefused(undefined);
        setTouched(order.items.map(({ sku }) => sku));
        setTurn((before) => before + 1);
        tell(words.done(order.orderId, words.states[order.state] ?? order.state));
        reload();
    };
    const act = async (order: Order, action: Action) => {
        setAsked(undefined);
        setRefused(undefined);
        setBusy(order.orderId);
        begin();
        try {
            const path = `campaigns/${campaignId}/orders/${encodeURIComponent(order.orderId)}`;
            moved((await call<{ order: Order }>(`${path}/${action}`, { method: "POST" })).order);
        } catch (problem) {
            setRefused({ order, error: problem });
            reload();
        }
        setBusy("");
    };
    // What cannot be taken back wants a yes.
    const press = (order: Order, action: Action) => {
        if (busy !== order.orderId) { // Not disabled: that would take the focus away.
            action === "pack" ? void act(order, action) : setAsked({ order, action });
        }
    };
    const watched = [...new Set([...typed, ...touched])].slice(0, WATCHED_MAX);
    return (
        <CampaignPage campaignId={campaignId} here="orders">
            <div class="order-columns">
                <OrderForm campaignId={campaignId} onTyped={setTyped}
                    onBegin={begin} onMade={moved}
                    warehouses={store?.placementType === "FBY" ? store.warehouses : []} />
                <OrderNumbers campaignId={campaignId} skus={watched}
                    begun={begun} turn={turn} />
            </div>
            <h2>{words.list}</h2>
            <Chips label={words.state} value={state} onChange={(value) =>
                go(to("orders", [campaignId], { state: value }), true)}
                choices={STATES.map((value) => ({ value, label: words.states[value] ?? value }))} />
            <OneOrder campaignId={campaignId} orderId={route.query.orderId} />
            {refused && <OrderFailure error={refused.error}
                about={words.notDone(refused.order.orderId)} />}
            {Boolean(error) && <Failure error={error} again={reload} />}
            {!data && !error && <Skeleton rows={3} />}
            {data && data.orders.length === 0 && (state ? <Empty title={words.noneOfState} />
                : <Empty title={words.none}><p>{words.noneLead}</p></Empty>)}
            <div class="kept" ref={list} tabIndex={-1} role="group" aria-label={words.list}>
                {data && data.orders.length > 0 && <div class="table">
                    <Table caption={words.caption} rows={data.orders}
                        columns={columnsOf(words, busy, press)}
                        rowKey={(order) => order.orderId} />
                </div>}
            </div>
            <Pager pages={pages} next={data?.paging.nextPageToken} />
            {asked && <Asking {...asked} onClose={() => setAsked(undefined)}
                onYes={() => void act(asked.order, asked.action)} />}
        </CampaignPage>
    );
}

/** Before what cannot be taken back. */
function Asking({ order, action, onClose, onYes }:
    { order: Order; action: Action; onClose: () => void; onYes: () => void }) {
    const words = useTexts(ordersTexts);
    const { title, lead } = action === "cancel" ? words.askCancel : words.askShip;
    return (
        <Dialog title={title(order.orderId)} onClose={onClose}>
            <div class="token-made">
                <p>{lead}</p>
                <p class="code">{itemsOf(order)}</p>
                <div class="bar">
                    <button type="button" class={action === "cancel" ? "danger" : "primary"}
                        onClick={onYes}>{words.yes[action]}</button>
                    <button type="button" onClick={onClose}>{words.leave}</button>
                </div>
            </div>
        </Dialog>
    );
}

/** The order that a SKU's history leads to. */
function OneOrder({ campaignId, orderId }: { campaignId: string; orderId: string | undefined }) {
    const words = useTexts(ordersTexts);
    const { data, error } = useData(async (signal) => orderId ? (await call<{ order: Order }>(
        `campaigns/${campaignId}/orders/${encodeURIComponent(orderId)}`, { signal })).order
        : undefined, `${campaignId} ${orderId ?? ""}`);
    if (!orderId) {
        return null;
    }
    return (
        <section class="card order-one" aria-label={words.ofOrder(orderId)}>
            {Boolean(error) && <Failure error={error} />}
            {data && data.orderId === orderId && <>
                <h3>{words.orderId} <span class="code">{data.orderId}</span>{" "}
                    <span class={`tag ${TAGS[data.state] ?? ""}`}>
                        {words.states[data.state] ?? data.state}</span></h3>
                <p class="code">{data.items.map(({ sku, count }) => `${sku} × ${count}`)
                    .join(", ")}</p>
                <p class="muted">{words.made} <Moment at={data.createdAt} /></p>
            </>}
            <p><a href={to("orders", [campaignId])}>{words.allOrders}</a></p>
        </section>
    );
}

/** The first of them. */
function itemsOf({ items }: Order): string {
    const shown = items.slice(0, 3).map(({ sku, count }) => `${sku} × ${count}`).join(", ");
    return items.length > 3 ? `${shown} …` : shown;
}

function columnsOf(words: typeof ordersTexts.en, busy: string,
                   press: (order: Order, action: Action) => void): Column<Order>[] {
    return [
        {
            key: "id", title: words.orderId, heading: true,
            render: (order) => <span class="code">{order.orderId}</span>,
        },
        {
            key: "state", title: words.state,
            render: (order) => <span class={`tag ${TAGS[order.state] ?? ""}`}>
                {words.states[order.state] ?? order.state}</span>,
        },
        {
            key: "items", title: words.items,
            render: (order) => <span class="code">{itemsOf(order)}</span>,
        },
        {
            key: "made", title: words.made,
            render: (order) => <span><Ago at={order.createdAt} />
                {order.state === "RESERVED" && order.expiresAt
                    && <span class="muted small">, {words.ends} <Moment at={order.expiresAt} />
                    </span>}</span>,
        },
        {
            key: "actions", title: words.actions, bare: true,
            render: (order) => <span class="order-actions">
                {(ACTIONS[order.state] ?? []).map((action) => (
                    <button type="button" key={action} class={action === "cancel" ? "danger" : ""}
                        aria-label={`${words[action]}: ${words.ofOrder(order.orderId)}`}
                        aria-disabled={busy === order.orderId}
                        onClick={() => press(order, action)}>{words[action]}</button>
                ))}</span>,
        },
    ];
}
