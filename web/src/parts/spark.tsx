// A row of small bars in one line of a table; who cannot see it hears its words.

const WIDTH = 112;
const HEIGHT = 26;

export function Spark({ values, label }: { values: number[]; label: string }) {
    const max = Math.max(1, ...values);
    const step = WIDTH / Math.max(1, values.length);
    return (
        <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
            <title>{label}</title>
            <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
            {values.map((value, index) => {
                // What is not nothing can be seen.
                const height = value === 0 ? 0 : Math.max(2, (value / max) * (HEIGHT - 2));
                return <rect key={index} x={index * step + 0.6} width={step - 1.2} rx="1"
                    y={HEIGHT - 1 - height} height={height} />;
            })}
        </svg>
    );
}
