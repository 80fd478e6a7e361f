// Orders of a store: a test order made by hand, carried through its states, and the numbers of its
// SKUs beside it, which move with every step.
import { useState } from "preact/hooks";

import { call } from "../api";
import { useData, useWhileVisible } from "../data";
import type { Paging } from "../documents";
import type { PageProps } from "../pages";
import { CampaignHead, readStore } from "../parts/campaign";
import { Chips } from "../parts/controls";
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
const ACTIONS: Record<string, ("pack" | "ship" | "cancel")[]> = {
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
    const [refused, setRefused] = useState<unknown>();

    const moved = (order: Order) => {
        setRefused(undefined);
        setTouched(order.items.map(({ sku }) => sku));
        setTurn((before) => before + 1);
        tell(words.done(order.orderId, words.states[order.state] ?? order.state));
        reload();
    };
    const act = async (order: Order, action: string) => {
        try {
            const path = `campaigns/${campaignId}/orders/${encodeURIComponent(order.orderId)}`;
            moved((await call<{ order: Order }>(`${path}/${action}`, { method: "POST" })).order);
        } catch (problem) {
            setRefused(problem);
            reload();
        }
    };
    const watched = [...new Set([...typed, ...touched])].slice(0, WATCHED_MAX);
    return (
        <>
            <CampaignHead campaignId={campaignId} here="orders" />
            <div class="order-columns">
                <OrderForm campaignId={campaignId} onTyped={setTyped} onMade={moved}
                    warehouses={store?.placementType === "FBY" ? store.warehouses : []} />
                <OrderNumbers campaignId={campaignId} skus={watched} turn={turn} />
            </div>
            <h2>{words.list}</h2>
            <Chips label={words.state} value={state} onChange={(value) =>
                go(to("orders", [campaignId], { state: value }), true)}
                choices={STATES.map((value) => ({ value, label: words.states[value] ?? value }))} />
            {Boolean(refused) && <OrderFailure error={refused} />}
            {Boolean(error) && <Failure error={error} again={reload} />}
            {!data && !error && <Skeleton rows={3} />}
            {data && data.orders.length === 0 && (state ? <Empty title={words.noneOfState} />
                : <Empty title={words.none}><p>{words.noneLead}</p></Empty>)}
            {data && data.orders.length > 0 && <div class="table">
                <Table caption={words.caption} rows={data.orders} columns={columnsOf(words, act)}
                    rowKey={(order) => order.orderId} />
            </div>}
            <Pager pages={pages} next={data?.paging.nextPageToken} />
        </>
    );
}

function columnsOf(words: typeof ordersTexts.en,
                   act: (order: Order, action: string) => Promise<void>): Column<Order>[] {
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
            render: (order) => <span class="code">{order.items.slice(0, 3).map(({ sku, count }) =>
                `${sku} × ${count}`).join(", ")}{order.items.length > 3 && " …"}</span>,
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
                        onClick={() => void act(order, action)}>{words[action]}</button>
                ))}</span>,
        },
    ];
}
