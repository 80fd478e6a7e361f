// Whether stockd is ready, and how it went in the last hour: a chart each with words on what is
// normal. New samples are asked for while the page is in sight.
import { useMemo, useRef } from "preact/hooks";

import { call } from "../api";
import { useData, useWhileVisible } from "../data";
import type { Health } from "../documents";
import { formatBytes, formatDecimal } from "../format";
import { appended, withGaps } from "../health_series";
import type { PageProps } from "../pages";
import { Chart, type Line } from "../parts/chart";
import { Icon } from "../parts/icons";
import { Failure, Skeleton } from "../parts/state";
import { type Language, useLanguage } from "../preferences";
import { to } from "../router";
import { healthTexts } from "../texts/health";
import { useTexts } from "../texts/text";

const REFRESH_MS = 10_000;

interface Row {
    /** Name of its texts. */
    name: string;
    series: {
        name: string;
        title?: "mean" | "longest" | "inUse" | "waiting";
        colour?: Line["colour"];
    }[];
    format: (value: number, language: Language) => string;
    /** Whether the last sample is one that somebody should look into. */
    worries?: (last: (name: string) => number) => boolean;
    /** Where to look then. */
    look?: string;
}

/** Of the requests, when refusals are more than a slip here and there. */
const REFUSED_SHARE = 0.1;
/** A disk that takes as long is not well. */
const COMMIT_MS = 100;
const HOUR = 3600;

/** Those whose series this stockd has are shown. */
const ROWS: Row[] = [
    { name: "requests", series: [{ name: "requests_per_second" }], format: formatDecimal },
    { name: "skus", series: [{ name: "skus_per_second" }], format: formatDecimal },
    {
        name: "refusals", series: [{ name: "refusals_per_second", colour: "bad" }],
        format: formatDecimal, look: to("requests", [], { status: "4xx" }),
        worries: (last) => last("refusals_per_second") > 0
            && last("refusals_per_second") > REFUSED_SHARE * last("requests_per_second"),
    },
    {
        name: "commit", format: formatDecimal,
        worries: (last) => last("commit_ms") > COMMIT_MS,
        series: [{ name: "commit_ms", title: "mean" },
            { name: "commit_ms_max", title: "longest", colour: "muted" }],
    },
    { name: "batch", series: [{ name: "records_a_commit" }], format: formatDecimal },
    { name: "memory", series: [{ name: "memory_bytes" }], format: formatBytes },
    { name: "journal", series: [{ name: "journal_bytes" }], format: formatBytes },
    { name: "cells", series: [{ name: "cells" }], format: formatDecimal },
    { name: "connections", series: [{ name: "connections" }], format: formatDecimal },
    {
        name: "pool", format: formatDecimal,
        worries: (last) => last("database_waiting") > 0,
        series: [{ name: "database_connections_in_use", title: "inUse" },
            { name: "database_waiting", title: "waiting", colour: "warn" }],
    },
    {
        name: "roundTrip", format: formatDecimal,
        series: [{ name: "database_ms", title: "mean" },
            { name: "database_ms_max", title: "longest", colour: "muted" }],
    },
];

export default function HealthPage(_: PageProps) {
    const words = useTexts(healthTexts);
    const known = useRef<Health | undefined>(undefined);
    const { data, error, loading, reload } = useData(async (signal) => {
        const last = known.current?.at.at(-1);
        const news = await call<Health>("health", { query: { from: last }, signal });
        known.current = appended(known.current, news);
        return known.current;
    }, "");
    useWhileVisible(reload, REFRESH_MS);
    return (
        <>
            <h1>{words.title}</h1>
            <Readiness />
            {Boolean(error) && <Failure error={error} again={reload} />}
            {!data && loading && <Skeleton />}
            {data && <>
                <p class="muted">{data.at.length < 12 ? words.fresh : words.lastHour}</p>
                <div class="health">
                    {ROWS.filter((row) => row.series.some(({ name }) => data.series[name]))
                        .map((row) => <Figure key={row.name} row={row} data={data} />)}
                </div>
            </>}
        </>
    );
}

/** As a load balancer sees it. */
function Readiness() {
    const words = useTexts(healthTexts);
    const { data: ready, error, reload } = useData(async (signal) => {
        const answer = await fetch("readyz", { signal, cache: "no-store" });
        return answer.ok;
    }, "");
    useWhileVisible(reload, REFRESH_MS);
    return (
        <div role="status">
            {ready && !error && <p class="tag good ready"><Icon name="check" />{words.ready}</p>}
            {Boolean(error) && <div class="failure">
                <p class="failure-title">{words.unknown}</p>
                <p>{words.unknownLead}</p>
            </div>}
            {ready === false && !error && <div class="failure">
                <p class="failure-title">{words.notReady}</p>
                <p>{words.notReadyLead}</p>
            </div>}
        </div>
    );
}

function Figure({ row, data }: { row: Row; data: Health }) {
    const words = useTexts(healthTexts);
    const language = useLanguage();
    const texts = words.charts[row.name];
    const { at, valuesOf } = useMemo(() => withGaps(data), [data]);
    const lines = useMemo(() => row.series.filter(({ name }) => data.series[name])
        .map((series, index) => ({
            title: series.title ? words[series.title] : "",
            values: valuesOf(series.name),
            colour: series.colour ?? "accent",
            fill: index === 0,
        } satisfies Line)), [data, words]);
    const format = (value: number) => row.format(value, language);
    const last = (name: string) => data.series[name]?.at(-1) ?? 0;
    const known = (lines[0]?.values ?? []).filter((value) => value !== null);
    const now = at[at.length - 1];
    if (!texts || now === undefined || known.length === 0) {
        return null;
    }
    const worry = row.worries?.(last) ?? false;
    return (
        <section class={worry ? "card worry" : "card"}>
            <h2>{texts.title} {worry && <span class="tag bad">{words.look}</span>}</h2>
            <Chart height={150} at={at} lines={lines} format={format} range={[now - HOUR, now]}
                bytes={row.format === formatBytes}
                label={words.chart(texts.title, format(known[known.length - 1] ?? 0),
                    format(Math.min(...known)), format(Math.max(...known)))} />
            <p class={worry ? "small" : "muted small"}>{texts.normal}
                {worry && row.look && <> <a href={row.look}>{words.toLog}</a></>}</p>
        </section>
    );
}
