// The query log: what was asked of the public API and how it was answered, as it happens. Filters
// stand in the address. Pausing holds what comes; older requests are read page by page.
import { useEffect, useRef, useState } from "preact/hooks";

import { apiUrl, call, type Query } from "../api";
import { useSettled } from "../data";
import type { Paging, Stores } from "../documents";
import { formatDecimal } from "../format";
import { type LiveState, useLive } from "../live";
import type { PageProps } from "../pages";
import { Icon } from "../parts/icons";
import { useKeptFocus } from "../parts/kept_focus";
import { type LoggedRequest, RequestEntry, statusKind } from "../parts/request_entry";
import { Empty, Failure, Skeleton } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { Moment } from "../parts/time";
import { type Language, useLanguage } from "../preferences";
import { go, to } from "../router";
import { requestsTexts } from "../texts/requests";
import { useTexts } from "../texts/text";

const LIMIT = 50;
const SHOWN_MAX = 1000;
const TYPING_MS = 250;
/** Lines reach the log's file a second after they were answered; a stream may begin in between. */
const FILE_MS = 1500;
const STATUSES = [200, 400, 401, 403, 404, 405, 415, 420, 423, 500, 503];

interface Filters {
    campaignId: string;
    status: string;
    method: string;
    /** "", minutes back, or "own". */
    time: string;
    from: string;
    to: string;
}

function filtersOf(query: Record<string, string>): Filters {
    const { campaignId = "", status = "", method = "", time = "", from = "", to = "" } = query;
    return { campaignId, status, method, time, from, to };
}

/** What the API is asked for; moments of the form are in the browser's zone. */
function queryOf(filters: Filters): Query {
    const { campaignId, status, method, time } = filters;
    const iso = (text: string) => text && new Date(text).toISOString();
    const minutes = Number(time);
    return {
        campaignId, status, method,
        from: time === "own" ? iso(filters.from)
            : minutes > 0 ? new Date(Date.now() - minutes * 60_000).toISOString() : "",
        to: time === "own" ? iso(filters.to) : "",
    };
}

function isOver(filters: Filters): boolean {
    const { time, to: end } = filters;
    return time === "own" && end !== "" && new Date(end).getTime() < Date.now();
}

interface Log {
    entries: LoggedRequest[];
    next?: string | undefined;
}

const keyOf = (entry: LoggedRequest) => entry.id ?? `${entry.receivedAt} ${entry.path}`;

/** Both together, newest first, each once. */
function merged(some: LoggedRequest[], others: LoggedRequest[]): LoggedRequest[] {
    const all = new Map([...some, ...others].map((entry) => [keyOf(entry), entry]));
    return [...all.values()].sort((a, b) => b.receivedAt.localeCompare(a.receivedAt));
}

export default function RequestsPage({ route }: PageProps) {
    const words = useTexts(requestsTexts);
    const language = useLanguage();
    const filters = filtersOf(route.query);
    const asked = useSettled(JSON.stringify(filters), TYPING_MS);
    const [paused, setPaused] = useState(false);
    const [opened, setOpened] = useState<LoggedRequest>();
    const [gone, setGone] = useState(false);
    const list = useKeptFocus();
    const { log, held, error, reading, live, show, older, reload } = useLog(asked, paused);
    const change = (part: Partial<Filters>) =>
        go(to("requests", [], { ...filters, ...part }), true);
    const any = Object.values(filters).some(Boolean);
    const { id } = route.query;
    useEffect(() => { // One that another page leads to: the cause in a SKU's history.
        setGone(false);
        if (id) {
            call<{ requests: LoggedRequest[] }>("requests", { query: { id } })
                .then(({ requests }) => {
                    setOpened(requests[0]);
                    setGone(requests.length === 0);
                }, () => setGone(true));
        }
    }, [id]);
    const shut = () => {
        setOpened(undefined);
        if (id) {
            change({}); // Read anew, the page does not open it again.
        }
    };

    return (
        <>
            <h1>{words.title}</h1>
            <p class="muted">{words.lead}</p>
            {gone && <p class="note" role="status"><Icon name="warning" />
                <span>{words.gone}</span></p>}
            <FilterBar filters={filters} change={change} />
            <div class="bar">
                <button type="button" aria-pressed={paused} onClick={() => {
                    setPaused(!paused);
                    show();
                }}>{paused ? words.goOn : words.pause}</button>
                <Liveliness live={live} paused={paused} />
                {paused && held > 0 && <button type="button" class="quiet" onClick={show}>
                    {words.held(held)}</button>}
            </div>
            {Boolean(error) && <Failure error={error} again={reload} />}
            {!log && reading && <Skeleton />}
            {log && log.entries.length === 0 && <Nothing filtered={any} />}
            {log && log.entries.length > 0 && <div class="kept stack" ref={list} tabIndex={-1}
                role="group" aria-label={words.title}>
                <div class="table log">
                    <Table caption={words.caption} rows={log.entries} rowKey={keyOf}
                        columns={columnsOf(words, language, setOpened)} />
                </div>
                {log.next && <p class="more"><button type="button" aria-disabled={reading}
                    onClick={() => reading || older()}>{words.older}</button></p>}
            </div>}
            {opened && <RequestEntry entry={opened} onClose={shut} />}
        </>
    );
}

/** The entries for some filters: read, then kept up to date. While paused nothing gets in that came
 *  after the pause: it is held back. A read that somebody asked for, by other filters or for older
 *  ones, shows what it finds. */
function useLog(asked: string, paused: boolean) {
    const filters = JSON.parse(asked) as Filters;
    const [log, setLog] = useState<Log>();
    const [error, setError] = useState<unknown>();
    const [reading, setReading] = useState(true);
    const [held, setHeld] = useState<LoggedRequest[]>([]);
    // What timers and streams see: they outlive the rendering that they began in.
    const now = useRef({ paused, filters });
    now.current = { paused, filters };
    const turn = useRef(0);
    /** The newest moment that was shown: what is later came behind the pause. */
    const newest = useRef("");

    const see = (entries: LoggedRequest[]) => {
        newest.current = entries.reduce((last, { receivedAt }) =>
            receivedAt > last ? receivedAt : last, newest.current);
    };
    const add = (entries: LoggedRequest[]) => {
        see(entries);
        setLog((before) => ({
            ...before, entries: merged(entries, before?.entries ?? []).slice(0, SHOWN_MAX),
        }));
    };
    const hold = (entries: LoggedRequest[]) => setHeld((before) => merged(entries, before)
        .slice(0, SHOWN_MAX));
    const ask = (pageToken: string | undefined) =>
        call<{ requests: LoggedRequest[]; paging: Paging }>("requests",
            { query: { ...queryOf(now.current.filters), limit: LIMIT, pageToken } });
    const read = async (pageToken: string | undefined) => {
        const mine = ++turn.current;
        setReading(true);
        try {
            const page = await ask(pageToken);
            if (mine === turn.current) {
                setError(undefined);
                add(page.requests);
                setLog((before) => before && { ...before, next: page.paging.nextPageToken });
            }
        } catch (problem) {
            if (mine === turn.current) {
                setError(problem);
            }
        }
        if (mine === turn.current) {
            setReading(false);
        }
    };
    /** What reached the file only now; what fails is told by the next read. */
    const catchUp = async () => {
        const mine = turn.current;
        const page = await ask(undefined).catch(() => undefined);
        if (!page || mine !== turn.current) {
            return;
        }
        const isLate = (entry: LoggedRequest) =>
            now.current.paused && entry.receivedAt > newest.current;
        hold(page.requests.filter(isLate));
        add(page.requests.filter((entry) => !isLate(entry)));
    };
    const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
    const catchUpSoon = () => {
        clearTimeout(timer.current);
        timer.current = setTimeout(() => void catchUp(), FILE_MS);
    };
    useEffect(() => {
        setLog(undefined);
        // Who chooses other filters wants all that came until then, held back or not.
        see(held);
        setHeld([]);
        void read(undefined);
        // The stream stays where only the time is another: what it gave may not be in the file yet.
        catchUpSoon();
        return () => clearTimeout(timer.current);
    }, [asked]);

    const { campaignId, status, method } = filters;
    const url = isOver(filters) ? undefined
        : apiUrl("requests/stream", { campaignId, status, method });
    const live = useLive<LoggedRequest>(url, "request",
        (entries) => (now.current.paused ? hold : add)(entries), catchUpSoon);
    return {
        log, held: held.length, error, reading, live,
        show: () => {
            if (held.length > 0) {
                add(held);
                setHeld([]);
            }
        },
        older: () => void read(log?.next),
        reload: () => void read(undefined),
    };
}

function Liveliness({ live, paused }: { live: LiveState; paused: boolean }) {
    const words = useTexts(requestsTexts);
    const state = paused ? "paused" : live;
    return <span class={`liveliness ${state}`} role="status">{words.live[state]}</span>;
}

function Nothing({ filtered }: { filtered: boolean }) {
    const words = useTexts(requestsTexts);
    return filtered
        ? <Empty title={words.noneFound}><p><a href={to("requests")}>{words.clear}</a></p></Empty>
        : <Empty title={words.none}>
            <p>{words.noneLead} <a href={to("console")}>{words.console}</a>.</p></Empty>;
}

function FilterBar({ filters, change }:
    { filters: Filters; change: (part: Partial<Filters>) => void }) {
    const words = useTexts(requestsTexts);
    const [stores, setStores] = useState<Stores["stores"]>([]);
    useEffect(() => {
        const abort = new AbortController();
        call<Stores>("stores", { query: { limit: 100 }, signal: abort.signal })
            .then((page) => setStores(page.stores), () => undefined); // It only helps typing.
        return () => abort.abort();
    }, []);
    return (
        <div class="filters" role="group" aria-label={words.filters}>
            <label>{words.store}
                <input inputMode="numeric" list="log-stores" value={filters.campaignId}
                    placeholder={words.anyStore} autocomplete="off" onInput={(event) =>
                        change({ campaignId: event.currentTarget.value.replace(/\D/g, "") })} />
                <datalist id="log-stores">
                    {stores.map(({ campaignId, domain }) =>
                        <option key={campaignId} value={campaignId}>{domain}</option>)}
                </datalist>
            </label>
            <label>{words.status}
                <select value={filters.status} onChange={(event) =>
                    change({ status: event.currentTarget.value })}>
                    <option value="">{words.anyStatus}</option>
                    {Object.entries(words.classes).map(([value, text]) =>
                        <option key={value} value={value}>{text}</option>)}
                    {STATUSES.map((status) => <option key={status}>{status}</option>)}
                </select>
            </label>
            <label>{words.method}
                <select value={filters.method} onChange={(event) =>
                    change({ method: event.currentTarget.value })}>
                    <option value="">{words.anyMethod}</option>
                    {["GET", "POST", "PUT", "DELETE"].map((method) =>
                        <option key={method}>{method}</option>)}
                </select>
            </label>
            <label>{words.time}
                <select value={filters.time} onChange={(event) =>
                    change({ time: event.currentTarget.value })}>
                    {["", "15", "60", "1440", "own"].map((value) => <option key={value}
                        value={value}>{(words.times as Record<string, string>)[value]}</option>)}
                </select>
            </label>
            {filters.time === "own" && (["from", "to"] as const).map((end) => (
                <label key={end}>{words[end]}
                    <input type="datetime-local" value={filters[end]} onInput={(event) =>
                        change({ [end]: event.currentTarget.value })} />
                </label>
            ))}
        </div>
    );
}

function columnsOf(words: typeof requestsTexts.en, language: Language,
                   open: (entry: LoggedRequest) => void): Column<LoggedRequest>[] {
    return [
        { key: "at", title: words.at, render: (entry) => <Moment at={entry.receivedAt} /> },
        {
            key: "status", title: words.status,
            render: (entry) => <span class={`tag ${statusKind(entry.status)}`}>
                {entry.status === 0 ? words.left : entry.status}</span>,
        },
        {
            key: "request", title: words.request, heading: true,
            render: (entry) => <button type="button" class="log-open" onClick={() => open(entry)}>
                <span class="log-method">{entry.method}</span> <span class="log-path">
                    {entry.path}</span>
                {entry.errors?.[0] && <span class="log-error">{entry.errors[0].message}</span>}
            </button>,
        },
        {
            key: "who", title: words.who,
            render: (entry) => entry.tokenName && <span class="log-who">{entry.tokenName}</span>,
        },
        {
            key: "took", title: words.took, numeric: true,
            render: (entry) =>
                `${formatDecimal(entry.tookMicroseconds / 1000, language)} ${words.milliseconds}`,
        },
    ];
}
