// A chart over time, by uPlot: lines or steps. Its colours are those of the page and follow them;
// what the pointer is at is told in a line above it. A screen reader gets `label`; the numbers
// themselves stand in a table or in words beside it.
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";

import { formatClock, formatDay, formatMoment } from "../format";
import { type Language, useLanguage } from "../preferences";

export interface Line {
    title: string;
    values: (number | null)[];
    /** Name of a colour of the page: accent, warn, muted. */
    colour: "accent" | "warn" | "muted" | "bad";
    fill?: boolean;
}

export interface ChartProps {
    label: string;
    /** Seconds since 1970, ascending. */
    at: number[];
    lines: Line[];
    steps?: boolean;
    height: number;
    format: (value: number) => string;
    /** Numbers on the axis are round in units of 1024. */
    bytes?: boolean;
    /** From when to when, in seconds; otherwise from the first moment to the last one. */
    range?: [number, number];
}

/** At least: less would be fractions of a second on the axis. */
const SPAN_MIN = 10;
const TIMES = [1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
    86_400, 2 * 86_400, 5 * 86_400, 7 * 86_400, 10 * 86_400, 30 * 86_400];

const BYTES = [1, 2, 3, 4, 5].flatMap((power) =>
    [1, 2, 5, 10, 20, 50, 100, 200, 500].map((step) => step * 1024 ** (power - 1)));

export function Chart(props: ChartProps) {
    const { label, at, lines, height } = props;
    const language = useLanguage();
    const place = useRef<HTMLDivElement>(null);
    const chart = useRef<uPlot | undefined>(undefined);
    const [pointed, setPointed] = useState<number | null>(null);
    const scheme = useScheme();
    const range = useRef<[number, number]>([0, SPAN_MIN]);
    range.current = props.range ?? spanOf(at);
    const data = [at, ...lines.map((line) => line.values)] as uPlot.AlignedData;
    const shape = `${scheme} ${language} ${height} ${lines.map((line) => line.title).join()}`;

    useEffect(() => {
        const box = place.current;
        if (!box) {
            return undefined;
        }
        const made = new uPlot(optionsOf(props, box, language, () => range.current,
            setPointed), data, box);
        chart.current = made;
        const watch = new ResizeObserver(() =>
            made.setSize({ width: box.clientWidth, height }));
        watch.observe(box);
        return () => {
            watch.disconnect();
            made.destroy();
        };
    }, [shape]);
    useEffect(() => chart.current?.setData(data),
        [at, range.current[0], ...lines.map((line) => line.values)]);

    const index = pointed ?? at.length - 1;
    return (
        <figure class="chart" role="group" aria-label={label}>
            <figcaption>
                <span class="muted">{at[index] !== undefined
                    && formatMoment(at[index] * 1000, language)}</span>
                {lines.map((line) => {
                    const value = line.values[index];
                    return <span key={line.title} class={`key ${line.colour}`}>
                        {line.title} <strong>{typeof value === "number"
                            ? props.format(value) : "–"}</strong>
                    </span>;
                })}
            </figcaption>
            <div ref={place} class="chart-place" aria-hidden="true" />
        </figure>
    );
}

/** Changes when the colours of the page do. */
function useScheme(): string {
    const dark = useRef(matchMedia("(prefers-color-scheme: dark)"));
    const read = () => document.documentElement.dataset.colours ?? String(dark.current.matches);
    const [scheme, setScheme] = useState(read);
    useEffect(() => {
        const follow = () => setScheme(read());
        const watch = new MutationObserver(follow);
        watch.observe(document.documentElement, { attributeFilter: ["data-colours"] });
        dark.current.addEventListener("change", follow);
        return () => {
            watch.disconnect();
            dark.current.removeEventListener("change", follow);
        };
    }, []);
    return scheme;
}

function optionsOf(props: ChartProps, box: HTMLElement, language: Language,
                   span: () => [number, number],
                   point: (index: number | null) => void): uPlot.Options {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const font = `12px ${style.fontFamily}`;
    const axis = { stroke: colour("muted"), font, ticks: { show: false } };
    const grid = { stroke: colour("line"), width: 1 };
    return {
        width: box.clientWidth,
        height: props.height,
        padding: [8, 8, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
        scales: { x: { range: span }, y: { range: (_, min, max) => rangeOf(min, max) } },
        axes: [
            {
                ...axis, grid: { show: false }, space: 70, size: 28, incrs: TIMES,
                values: (_, splits, __, ___, step) => splits.map((at) => step >= 86_400
                    ? formatDay(at * 1000, language)
                    : formatClock(at * 1000, language, step < 60)),
            },
            {
                ...axis, grid, space: 36, size: widthOf, ...(props.bytes && { incrs: BYTES }),
                values: (_, splits) => splits.map((value) => props.format(value)),
            },
        ],
        series: [{}, ...props.lines.map((line) => ({
            label: line.title,
            stroke: colour(line.colour),
            width: 1.75,
            // A sample between two gaps has no line to stand in.
            points: { show: true, size: 4, filter: (chart, index) => alone(chart.data[index]) },
            ...(line.fill && { fill: `${colour(line.colour)}1f` }),
            ...(props.steps && { paths: uPlot.paths.stepped?.({ align: 1 }) }),
        } as uPlot.Series))],
        hooks: { setCursor: [(chart) => point(chart.cursor.idx ?? null)] },
    };
}

function spanOf(at: number[]): [number, number] {
    const last = at[at.length - 1] ?? SPAN_MIN;
    return [Math.min(at[0] ?? 0, last - SPAN_MIN), last];
}

/** Where there is a value and none beside it. */
function alone(values: ArrayLike<number | null | undefined> = []): number[] {
    return Array.from(values, (_, index) => index).filter((index) => values[index] != null
        && values[index - 1] == null && values[index + 1] == null);
}

/** From nothing to somewhat above the highest, so that heights can be compared. */
function rangeOf(min: number | null, max: number | null): [number, number] {
    const top = Math.max(max ?? 0, 0);
    return [Math.min(min ?? 0, 0), top === 0 ? 1 : top * 1.08];
}

/** As wide as the longest number on the axis. */
function widthOf(_: uPlot, values: string[] | null): number {
    return 18 + 7 * Math.max(2, ...(values ?? []).map((text) => text.length));
}
