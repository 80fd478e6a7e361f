// One SKU of one store: its numbers now, their course over a day, a week or a month, and what made
// them change.
import { useMemo, useState } from "preact/hooks";

import { ApiError, call } from "../api";
import { useData } from "../data";
import type { Change, History, Stock, Stocks } from "../documents";
import { formatCount, formatMoment } from "../format";
import { courseOf, type Step, stepsOf } from "../history_series";
import type { PageProps } from "../pages";
import { CampaignPage } from "../parts/campaign";
import { ChangeCause, ChangeWords } from "../parts/change";
import { Chart } from "../parts/chart";
import { CopyButton, Switch } from "../parts/controls";
import { Icon } from "../parts/icons";
import { useKeptFocus } from "../parts/kept_focus";
import { Empty, Failure, Skeleton } from "../parts/state";
import { StockMarks } from "../parts/stock_marks";
import { type Column, Table } from "../parts/table";
import { Ago, Moment } from "../parts/time";
import { type Language, useLanguage } from "../preferences";
import { go, to } from "../router";
import { type StockTexts, stockTexts } from "../texts/stock";
import { useTexts } from "../texts/text";

const DAY_MS = 86_400_000;
const RANGES = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS };
const PAGE = 200;
const CHANGES_MAX = 5000;
const ROWS = 50;
const TURNS_MAX = 20;

type Range = keyof typeof RANGES;

export default function SkuPage({ route, session }: PageProps) {
    const [campaignId = "", , sku = ""] = route.words;
    const words = useTexts(stockTexts);
    const range = (["day", "week", "month"] as const).find((name) => name === route.query.range)
        ?? "week";
    const { data, error, loading, reload } = useData((signal) => call<Stocks>(
        `campaigns/${campaignId}/stocks`, { query: { sku, limit: 1 }, signal }),
        `${campaignId} ${sku}`);
    const stock = data?.stocks[0];
    return (
        <CampaignPage campaignId={campaignId} here="stock" about={sku}>
            <p><a class="back" href={to("stock", [campaignId])}>
                <Icon name="left" />{words.back}</a></p>
            <div class="bar">
                <h2 class="sku-name"><span class="code">{sku}</span></h2>
                <CopyButton text={sku} what={sku} />
                {stock && <StockMarks stock={stock} words={words} />}
            </div>
            {Boolean(error) && <Failure error={error} again={reload} />}
            {!data && loading && <Skeleton rows={3} />}
            {data && !stock && <Empty title={words.unknown}><p>{words.unknownLead}</p></Empty>}
            {stock && <>
                <Figures stock={stock} words={words} />
                <Past campaignId={campaignId} stock={stock} range={range}
                    days={session.historyDays} />
            </>}
        </CampaignPage>
    );
}

function Figures({ stock, words }: { stock: Stock; words: StockTexts }) {
    const language = useLanguage();
    const figures = [
        { title: words.available, value: stock.available, hint: words.availableHint },
        { title: words.freeze, value: stock.freeze, hint: words.freezeHint },
        { title: words.fit, value: stock.fit, hint: words.fitHint },
    ];
    return (
        <dl class="figures">
            {figures.map(({ title, value, hint }) => (
                <div class="card" key={title}>
                    <dt>{title}</dt>
                    <dd class="figure">{formatCount(value, language)}</dd>
                    <dd class="muted small">{hint}</dd>
                </div>
            ))}
            {stock.updatedAt && <div class="card">
                <dt>{words.updated}</dt>
                <dd class="figure-words"><Ago at={stock.updatedAt} /></dd>
                <dd class="muted small"><Moment at={stock.updatedAt} /></dd>
            </div>}
        </dl>
    );
}

interface PastData {
    changes: Change[];
    before: Change | undefined;
    cut: boolean;
    from: number;
    now: number;
}

/** All changes of a time, and the last one before it: what was there at its beginning. */
async function readPast(campaignId: string, sku: string, range: Range,
                        signal: AbortSignal): Promise<PastData> {
    const now = Date.now();
    const from = now - RANGES[range];
    const path = `campaigns/${campaignId}/history`;
    const start = new Date(from).toISOString();
    const pageOf = (pageToken: string | undefined) => call<History>(path, {
        query: { sku, from: start, limit: PAGE, pageToken }, signal,
    });
    const [first, before] = await Promise.all([pageOf(undefined),
        lastBefore(path, sku, start, signal)]);
    const changes = first.events;
    let page = first;
    while (page.paging.nextPageToken !== undefined && changes.length < CHANGES_MAX) {
        page = await pageOf(page.paging.nextPageToken);
        changes.push(...page.events);
    }
    return { changes, before, cut: page.paging.nextPageToken !== undefined, from, now };
}

/** A page may be empty and have a next one; who looked long enough takes it as not known. */
async function lastBefore(path: string, sku: string, to: string,
                          signal: AbortSignal): Promise<Change | undefined> {
    let pageToken: string | undefined;
    for (let turn = 0; turn < TURNS_MAX; turn++) {
        const page: History = await call<History>(path, {
            query: { sku, to, limit: 1, pageToken }, signal,
        });
        pageToken = page.paging.nextPageToken;
        if (page.events[0]?.available !== undefined || pageToken === undefined) {
            return page.events[0];
        }
    }
    return undefined;
}

function Past({ campaignId, stock, range, days }:
    { campaignId: string; stock: Stock; range: Range; days: number | undefined }) {
    const words = useTexts(stockTexts);
    const language = useLanguage();
    const [rows, setRows] = useState(ROWS);
    const list = useKeptFocus();
    const { data, error, loading, reload } = useData(
        (signal) => readPast(campaignId, stock.sku, range, signal),
        `${campaignId} ${stock.sku} ${range}`);
    const steps = useMemo(() => stepsOf(data?.changes ?? [], data?.before), [data]);
    if (error instanceof ApiError && error.code === "NO_HISTORY") {
        return <Empty title={words.noHistory}><p>{words.noHistoryLead}</p></Empty>;
    }
    return (
        <>
            <div class="bar spread">
                <h3>{words.overTime}</h3>
                <Switch<Range> label={words.range} value={range}
                    choices={[{ value: "day", label: words.day },
                        { value: "week", label: words.week },
                        { value: "month", label: words.month }]}
                    onChange={(value) => {
                        setRows(ROWS);
                        go(to("stock", [campaignId, "sku", stock.sku], { range: value }), true);
                    }} />
            </div>
            {Boolean(error) && <Failure error={error} again={reload} />}
            {!data && loading && <Skeleton rows={5} />}
            {data && <div class="stack kept" ref={list} tabIndex={-1} role="group"
                aria-label={words.history}>
                <div class="card"><Course data={data} stock={stock} /></div>
                <h3>{words.history}</h3>
                {data.changes.length === 0
                    ? <Empty title={words.quiet}><p>{words.quietLead}</p></Empty>
                    : <div class="table">
                        <Table caption={words.historyCaption} busy={loading}
                            rows={steps.slice(0, rows)}
                            columns={columnsOf(campaignId, words, language)}
                            rowKey={({ number }) => String(number)} />
                    </div>}
                {data.changes.length > rows && <p class="pager">
                    <button type="button" onClick={() => setRows(rows + ROWS)}>
                        {words.moreRows}</button>
                </p>}
                <p class="muted small">
                    {data.cut && `${words.cut(data.changes.length)} `}
                    {days !== undefined && words.kept(days)}
                </p>
            </div>}
        </>
    );
}

function Course({ data, stock }: { data: PastData; stock: Stock }) {
    const words = useTexts(stockTexts);
    const language = useLanguage();
    // What was left out at the old end is not known.
    const oldest = data.changes[data.changes.length - 1];
    const from = data.cut && oldest ? Date.parse(oldest.at) : data.from;
    const course = courseOf(data.changes, data.cut ? undefined : data.before, from / 1000,
        { at: data.now / 1000, available: stock.available, freeze: stock.freeze });
    return <Chart height={240} steps at={course.at}
        label={words.chart(formatMoment(from, language), formatMoment(data.now, language),
            data.changes.length)}
        lines={[
            { title: words.available, values: course.available, colour: "accent", fill: true },
            { title: words.freeze, values: course.freeze, colour: "warn" },
        ]}
        format={(value) => formatCount(value, language)} />;
}

function columnsOf(campaignId: string, words: StockTexts, language: Language): Column<Step>[] {
    const count = (value: number | undefined, step: number | undefined) => value !== undefined
        && <span>{formatCount(value, language)} <Moved step={step} words={words} /></span>;
    return [
        {
            key: "when", title: words.when, heading: true,
            render: ({ change }) => <Moment at={change.at} />,
        },
        {
            key: "what", title: words.what,
            render: ({ change }) => <ChangeWords change={change} words={words} />,
        },
        {
            key: "available", title: words.available, numeric: true,
            render: ({ change, available }) => count(change.available, available),
        },
        {
            key: "freeze", title: words.freeze, numeric: true,
            render: ({ change, freeze }) => count(change.freeze, freeze),
        },
        {
            key: "cause", title: words.cause,
            render: ({ change }) =>
                <ChangeCause change={change} campaignId={campaignId} words={words} />,
        },
    ];
}

/** By how much a number went up or down. */
function Moved({ step, words }: { step: number | undefined; words: StockTexts }) {
    const language = useLanguage();
    if (!step) {
        return <span class="step" />; // Numbers stay below each other.
    }
    const amount = `${step > 0 ? "+" : "−"}${formatCount(Math.abs(step), language)}`;
    return <span class={step > 0 ? "step up" : "step down"}>
        <span class="hidden">{words.change(amount)}</span><span aria-hidden="true">{amount}</span>
    </span>;
}
