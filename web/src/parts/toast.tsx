// A line at the bottom that says what was just done, read out by screen readers, and goes. While a
// dialog is open the one inside of it speaks: all else is silent then.
import { useEffect, useState } from "preact/hooks";

const SHOWN_MS = 4000;

type Show = (text: string) => void;

const places: Show[] = [];

/** Shows a line, from anywhere. */
export function tell(text: string): void {
    places[places.length - 1]?.(text);
}

export function Toast() {
    const [told, setTold] = useState({ text: "", turn: 0 });
    useEffect(() => {
        const show: Show = (text) => setTold((before) => ({ text, turn: before.turn + 1 }));
        places.push(show);
        return () => {
            places.splice(places.indexOf(show), 1);
        };
    }, []);
    useEffect(() => {
        const timer = setTimeout(() => setTold((now) => ({ ...now, text: "" })), SHOWN_MS);
        return () => clearTimeout(timer);
    }, [told.turn]);
    return <div class="toast" role="status" aria-live="polite">
        {told.text && <span>{told.text}</span>}
    </div>;
}
