// A line at the bottom that says what was just done, read out by screen readers, and goes.
import { useEffect, useState } from "preact/hooks";

const SHOWN_MS = 4000;

let show: (text: string) => void = () => undefined;

/** Shows a line, from anywhere. */
export function tell(text: string): void {
    show(text);
}

export function Toast() {
    const [told, setTold] = useState({ text: "", turn: 0 });
    useEffect(() => {
        show = (text) => setTold((before) => ({ text, turn: before.turn + 1 }));
    }, []);
    useEffect(() => {
        const timer = setTimeout(() => setTold((now) => ({ ...now, text: "" })), SHOWN_MS);
        return () => clearTimeout(timer);
    }, [told.turn]);
    return <div class="toast" role="status" aria-live="polite">
        {told.text && <span>{told.text}</span>}
    </div>;
}
