// One store's SKUs, found as one types. What is searched for stands in the address, so that it can
// be sent to somebody, and is there after going back.
import { useEffect, useRef, useState } from "preact/hooks";

import { useData, useSettled } from "../data";
import type { Stock } from "../documents";
import { formatCount } from "../format";
import type { PageProps } from "../pages";
import { CampaignPage, useStore } from "../parts/campaign";
import { Chips, SearchField, Switch } from "../parts/controls";
import { Pager, usePages } from "../parts/pager";
import { Empty, Failure, Skeleton } from "../parts/state";
import { StockMarks, hasMarks, isStale } from "../parts/stock_marks";
import { type Column, Table } from "../parts/table";
import { Ago } from "../parts/time";
import { type Language, useLanguage } from "../preferences";
import { go, parseRoute, to } from "../router";
import { findStocks } from "../stock_search";
import { type StockTexts, stockTexts } from "../texts/stock";
import { useTexts } from "../texts/text";

const LIMIT = 100;
const TYPING_MS = 150;
const FILTERS = ["IN_STOCK", "ZERO", "HIDDEN", "ARCHIVED", "STALE"] as const;

type Filter = (typeof FILTERS)[number];
type Match = "PREFIX" | "SUBSTRING";

export default function StockPage({ route }: PageProps) {
    const campaignId = route.words[0] ?? "";
    return (
        <CampaignPage campaignId={campaignId} here="stock">
            <StockList key={campaignId} campaignId={campaignId} query={route.query} />
        </CampaignPage>
    );
}

function StockList({ campaignId, query }: { campaignId: string; query: Record<string, string> }) {
    const words = useTexts(stockTexts);
    const language = useLanguage();
    const store = useStore(campaignId);
    const inAddress = query.search ?? "";
    const [typed, setTyped] = useState(inAddress);
    const written = useRef(inAddress);
    useEffect(() => {
        // Back, or a link. The address as it is now: typing may be ahead of what is drawn.
        const now = parseRoute(location.hash).query.search ?? "";
        if (written.current !== now) {
            written.current = now;
            setTyped(now);
        }
    }, [inAddress]);
    const search = useSettled(typed, TYPING_MS);
    const match: Match = query.match === "SUBSTRING" ? "SUBSTRING" : "PREFIX";
    const filter: Filter | "" = FILTERS.find((name) => name === query.filter) ?? "";
    const wanted = { campaignId, search, match, filter, limit: LIMIT };
    const key = JSON.stringify(wanted);
    const pages = usePages(key);
    const [found, setFound] = useState(0);
    const { data, error, loading, reload } = useData((signal) => {
        setFound(0);
        return findStocks(wanted, pages.token, signal, setFound);
    }, key + pages.token);
    const rows = useRef<HTMLDivElement>(null);

    const want = (change: { search?: string; match?: Match; filter?: string }) =>
        go(to("stock", [campaignId], {
            search: typed, filter, match: match === "SUBSTRING" ? match : undefined, ...change,
        }), true);
    const type = (value: string) => {
        written.current = value;
        setTyped(value);
        want({ search: value });
    };
    const showAll = () => {
        written.current = "";
        setTyped("");
        want({ search: "", filter: "" });
    };
    return (
        <>
            <div class="bar" onKeyDown={(event) => {
                if (event.key === "ArrowDown" && event.target instanceof HTMLInputElement) {
                    event.preventDefault();
                    focusRow(rows.current, 0);
                }
            }}>
                <SearchField label={words.search} value={typed} onChange={type} />
                <Switch<Match> label={words.match} value={match}
                    choices={[{ value: "PREFIX", label: words.prefix },
                        { value: "SUBSTRING", label: words.substring }]}
                    onChange={(value) =>
                        want({ match: value === "SUBSTRING" ? value : undefined })} />
            </div>
            <div class="bar">
                <Chips<Filter> label={words.filters} value={filter}
                    choices={FILTERS.map((value) => ({ value, label: words.filter[value] }))}
                    onChange={(value) => want({ filter: value })} />
            </div>
            <p class="muted small" role="status">
                {loading && found > 0 && words.looking(found)}
                {!loading && data && words.shown(data.stocks.length,
                    pages.page > 1 || data.next !== undefined)}
                {!loading && data && store?.skus !== undefined && ` · ${words.total(store.skus)}`}
            </p>
            {Boolean(error) && !loading && <Failure error={error} again={reload} />}
            {!data && loading && <Skeleton rows={8} />}
            {data && data.stocks.length > 0 && !error &&
                <div class="table" ref={rows} onKeyDown={(event) => moveFocus(event, rows.current)}>
                    <Table caption={words.caption} rows={data.stocks} busy={loading}
                        columns={columnsOf(campaignId, words, language)}
                        rowKey={(stock) => stock.sku} />
                </div>}
            {data?.paused && !loading && <p class="bar">
                {words.paused}
                <button type="button" onClick={() => pages.forward(data.next ?? "")}>
                    {words.lookOn}</button>
            </p>}
            {data && data.stocks.length === 0 && !data.paused && !loading && !error &&
                <NoStocks campaignId={campaignId} searched={search !== "" || filter !== ""}
                    showAll={showAll} />}
            {data && !error && <Pager pages={pages} next={data.next} busy={loading} />}
            {data && data.stocks.length > 0 && <p class="muted small terms">
                <b>FIT</b> – {words.fitHint}; <b>FREEZE</b> – {words.freezeHint};{" "}
                <b>AVAILABLE</b> – {words.availableHint}.</p>}
            <p class="muted small keys">{words.keys}</p>
        </>
    );
}

function NoStocks({ campaignId, searched, showAll }:
    { campaignId: string; searched: boolean; showAll: () => void }) {
    const words = useTexts(stockTexts);
    return searched
        ? <Empty title={words.noneFound}>
            <p>{words.noneFoundLead}</p>
            <p><button type="button" onClick={showAll}>{words.clearAll}</button></p>
        </Empty>
        : <Empty title={words.none}>
            <p>{words.noneLead}</p>
            <p><a class="button primary" href={to("upload", [campaignId])}>{words.toUpload}</a></p>
        </Empty>;
}

function columnsOf(campaignId: string, words: StockTexts, language: Language): Column<Stock>[] {
    const count = (value: number) => <span class={value === 0 ? "muted" : undefined}>
        {formatCount(value, language)}</span>;
    return [
        {
            key: "sku", title: words.sku, heading: true,
            render: (stock) => <a class="code" href={to("stock", [campaignId, "sku", stock.sku])}>
                {stock.sku}</a>,
        },
        {
            key: "fit", title: words.fit, hint: words.fitHint, numeric: true,
            render: (stock) => count(stock.fit),
        },
        {
            key: "freeze", title: words.freeze, hint: words.freezeHint, numeric: true,
            render: (stock) => count(stock.freeze),
        },
        {
            key: "available", title: words.available, hint: words.availableHint, numeric: true,
            render: (stock) => <strong>{count(stock.available)}</strong>,
        },
        {
            key: "updated", title: words.updated,
            render: (stock) => stock.updatedAt && <Ago at={stock.updatedAt} />,
        },
        {
            key: "state", title: words.state,
            render: (stock) => (hasMarks(stock) || isStale(stock))
                && <StockMarks stock={stock} words={words} />,
        },
    ];
}

function focusRow(rows: HTMLElement | null, index: number): void {
    rows?.querySelectorAll<HTMLElement>("tbody th a")[index]?.focus();
}

/** Arrows go from row to row, and from the first one back to the search. */
function moveFocus(event: KeyboardEvent, rows: HTMLElement | null): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = [...rows?.querySelectorAll("tbody th a") ?? []];
    const at = links.indexOf(event.target as Element);
    if (step === undefined || at < 0) {
        return;
    }
    event.preventDefault();
    if (at + step < 0) {
        document.querySelector<HTMLElement>("main input[type=search]")?.focus();
    } else {
        focusRow(rows, at + step);
    }
}
