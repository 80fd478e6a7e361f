// Small bars in one line of a table; who cannot see them hears their words. All of them are one
// path: a page of fifty stores has over a thousand.

const WIDTH = 112;
const HEIGHT = 26;
const GAP = 1.2;

export function Spark({ values, label }: { values: number[]; label: string }) {
    return (
        <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
            <title>{label}</title>
            <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
            <path d={barsOf(values)} />
        </svg>
    );
}

function barsOf(values: number[]): string {
    const max = Math.max(1, ...values);
    const step = WIDTH / Math.max(1, values.length);
    return values.map((value, index) => {
        if (value === 0) {
            return "";
        }
        // What is not nothing can be seen.
        const height = Math.max(2, (value / max) * (HEIGHT - 2)).toFixed(1);
        const left = (index * step + GAP / 2).toFixed(1);
        const width = (step - GAP).toFixed(1);
        return `M${left} ${HEIGHT - 1}v-${height}h${width}v${height}z`;
    }).join("");
}
