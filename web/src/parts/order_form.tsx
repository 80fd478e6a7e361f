// The form for a test order: its number, SKUs with units, and when the reservation ends.
import { useEffect, useState } from "preact/hooks";

import { ApiError, call } from "../api";
import { useSettled } from "../data";
import { formatCount } from "../format";
import { useLanguage } from "../preferences";
import { ordersTexts } from "../texts/orders";
import { useTexts } from "../texts/text";
import { Icon } from "./icons";
import { Failure } from "./state";

export interface OrderItem {
    sku: string;
    count: number;
}

export interface Order {
    orderId: string;
    campaignId: number;
    warehouseId: number;
    state: string;
    items: OrderItem[];
    createdAt: string;
    expiresAt?: string;
}

interface Typed {
    sku: string;
    count: string;
}

const NOTHING: Typed = { sku: "", count: "1" };
const ITEMS_MAX = 20;
const TYPING_MS = 200;
const HINTS = 8;

const newOrderId = () => `test-${Date.now().toString(36)}`;

export function OrderForm({ campaignId, warehouses, onTyped, onBegin, onMade }: {
    campaignId: string;
    /** Of the Market, where the store sells from several; otherwise none. */
    warehouses: { id: number; name: string }[];
    onTyped: (skus: string[]) => void;
    /** The order is about to be sent. */
    onBegin: () => void;
    onMade: (order: Order) => void;
}) {
    const words = useTexts(ordersTexts);
    const [orderId, setOrderId] = useState(newOrderId);
    const [items, setItems] = useState<Typed[]>([NOTHING]);
    const [minutes, setMinutes] = useState("");
    const [warehouseId, setWarehouseId] = useState("");
    const [error, setError] = useState<unknown>();
    const [busy, setBusy] = useState(false);
    const named = items.map(({ sku }) => sku.trim()).filter(Boolean).join("\n");
    const skus = useSettled(named, TYPING_MS);
    useEffect(() => onTyped(skus ? skus.split("\n") : []), [skus]);

    const change = (index: number, part: Partial<Typed>) =>
        setItems(items.map((item, at) => at === index ? { ...item, ...part } : item));
    const send = async (event: Event) => {
        event.preventDefault();
        setBusy(true);
        setError(undefined);
        onBegin();
        try {
            const body = {
                orderId,
                items: items.filter(({ sku }) => sku.trim())
                    .map(({ sku, count }) => ({ sku: sku.trim(), count: Number(count) })),
                ...minutes && { expiresAt:
                    new Date(Date.now() + Number(minutes) * 60_000).toISOString() },
                ...warehouseId && { warehouseId: Number(warehouseId) },
            };
            const { order } = await call<{ order: Order }>(`campaigns/${campaignId}/orders`,
                { method: "POST", body });
            setOrderId(newOrderId());
            onMade(order);
        } catch (problem) {
            setError(problem);
        }
        setBusy(false);
    };
    return (
        <form class="card order-form" onSubmit={(event) => void send(event)}>
            <h2>{words.make}</h2>
            <p class="muted small">{words.makeLead}</p>
            <label>{words.orderId}
                <input value={orderId} required maxLength={64} autocomplete="off"
                    onInput={(event) => setOrderId(event.currentTarget.value)} /></label>
            {items.map((item, index) => (
                <ItemFields key={index} campaignId={campaignId} number={index + 1} item={item}
                    change={(part) => change(index, part)}
                    remove={items.length === 1 ? undefined
                        : () => setItems(items.filter((_, at) => at !== index))} />
            ))}
            {items.length < ITEMS_MAX && <button type="button" class="quiet add"
                onClick={() => setItems([...items, NOTHING])}>+ {words.add}</button>}
            {warehouses.length > 1 && <label>{words.warehouse}
                <select value={warehouseId} required
                    onChange={(event) => setWarehouseId(event.currentTarget.value)}>
                    <option value="" />
                    {warehouses.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
                </select></label>}
            <label>{words.expires}
                <select value={minutes} onChange={(event) => setMinutes(event.currentTarget.value)}>
                    {["", "1", "15", "1440"].map((value) => <option key={value} value={value}>
                        {(words.expiries as Record<string, string>)[value]}</option>)}
                </select></label>
            {Boolean(error) && <OrderFailure error={error} />}
            <button type="submit" class="primary" disabled={busy}>{words.reserve}</button>
        </form>
    );
}

function ItemFields({ campaignId, number, item, change, remove }: {
    campaignId: string; number: number; item: Typed;
    change: (part: Partial<Typed>) => void; remove: (() => void) | undefined;
}) {
    const words = useTexts(ordersTexts);
    const hints = useHints(campaignId, useSettled(item.sku.trim(), TYPING_MS));
    return (
        <div class="order-item" role="group" aria-label={words.item(number)}>
            <label>{words.sku}
                <input value={item.sku} required maxLength={255} autocomplete="off"
                    spellcheck={false} list={`hints-${number}`}
                    onInput={(event) => change({ sku: event.currentTarget.value })} /></label>
            <datalist id={`hints-${number}`}>
                {hints.map((sku) => <option key={sku} value={sku} />)}
            </datalist>
            <label>{words.count}
                <input type="number" min={1} max={2_000_000_000} step={1} required
                    value={item.count}
                    onInput={(event) => change({ count: event.currentTarget.value })} /></label>
            {remove && <button type="button" class="quiet" aria-label={words.remove}
                onClick={remove}><Icon name="close" /></button>}
        </div>
    );
}

/** SKUs in stock that begin like what was typed. */
function useHints(campaignId: string, typed: string): string[] {
    const [hints, setHints] = useState<string[]>([]);
    useEffect(() => {
        const abort = new AbortController();
        const query = { search: typed, match: "PREFIX", filter: "IN_STOCK", limit: HINTS };
        if (typed) {
            call<{ stocks: { sku: string }[] }>(`campaigns/${campaignId}/stocks`,
                { query, signal: abort.signal }).then(
                ({ stocks }) => setHints(stocks.map(({ sku }) => sku)), () => undefined);
        }
        return () => abort.abort();
    }, [campaignId, typed]);
    return hints;
}

interface Shortage {
    sku: string;
    requested: number;
    available: number;
}

/** A refusal; where units lack, with what is there. */
export function OrderFailure({ error, about }: { error: unknown; about?: string }) {
    const words = useTexts(ordersTexts);
    const language = useLanguage();
    const lacking = error instanceof ApiError
        ? (error.result as { shortages?: Shortage[] } | undefined)?.shortages : undefined;
    return (
        <div>
            {about && <p>{about}</p>}
            <Failure error={error} />
            {lacking && <ul class="lacking">{lacking.map(({ sku, requested, available }) =>
                <li key={sku}>{words.lacks(sku, formatCount(requested, language),
                    formatCount(available, language))}</li>)}</ul>}
        </div>
    );
}
