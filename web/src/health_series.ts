// Samples of the last hour, kept up to date: news are put behind what is known. Pure.
import type { Health } from "./documents";

const HOUR_MS = 3_600_000;

/** What is in both is taken once; what is older than an hour before the last one is left out. A
 *  stockd that was started anew has other series or older samples gone: then only news count. */
export function appended(known: Health | undefined, news: Health): Health {
    const names = Object.keys(news.series);
    const last = news.at.at(-1);
    if (!known || last === undefined || names.some((name) => !known.series[name])) {
        return known && last === undefined ? known : news;
    }
    const first = news.at[0] ?? last;
    const since = Date.parse(last) - HOUR_MS;
    const kept = known.at.map((at, index) => ({ at, index }))
        .filter(({ at }) => Date.parse(at) < Date.parse(first) && Date.parse(at) > since)
        .map(({ index }) => index);
    const series: Health["series"] = {};
    for (const name of names) {
        const values = known.series[name] ?? [];
        series[name] = [...kept.map((index) => values[index] ?? 0), ...news.series[name] ?? []];
    }
    return {
        intervalMs: news.intervalMs,
        at: [...kept.map((index) => known.at[index] ?? first), ...news.at],
        series,
    };
}

/** Longer than this many intervals between two samples is a gap: stockd was stopped, or could not
 *  measure. */
const GAP_INTERVALS = 2.5;

/** Moments in seconds with one more inside each gap, and values with null there: a line would tell
 *  of what nobody measured. */
export function withGaps(health: Health): {
    at: number[]; valuesOf: (name: string) => (number | null)[];
} {
    const times = health.at.map((text) => Date.parse(text) / 1000);
    const longest = health.intervalMs / 1000 * GAP_INTERVALS;
    const at: number[] = [];
    const from: (number | null)[] = []; // The sample that stands there.
    times.forEach((time, index) => {
        const before = times[index - 1];
        if (before !== undefined && time - before > longest) {
            at.push((before + time) / 2);
            from.push(null);
        }
        at.push(time);
        from.push(index);
    });
    return {
        at,
        valuesOf: (name) => {
            const values = health.series[name] ?? [];
            return from.map((index) => index === null ? null : values[index] ?? null);
        },
    };
}
