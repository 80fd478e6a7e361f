// Server-sent events of one kind, for as long as a component wants them. The browser connects again
// by itself after a break; where stockd refuses (too many streams, no session) it does not, and the
// state says so. What comes in a burst is handed over together, a few times a second.
import { useEffect, useRef, useState } from "preact/hooks";

export type LiveState = "off" | "connecting" | "open" | "refused";

const GATHER_MS = 150;

/** `url` undefined: off. `opened` is called at each connection: what was missed is to be read. */
export function useLive<T>(url: string | undefined, kind: string, take: (items: T[]) => void,
                           opened: () => void): LiveState {
    const [state, setState] = useState<LiveState>("off");
    const latest = useRef({ take, opened });
    latest.current = { take, opened };

    useEffect(() => {
        if (url === undefined) {
            setState("off");
            return;
        }
        setState("connecting");
        const source = new EventSource(url);
        let gathered: T[] = [];
        let timer: ReturnType<typeof setTimeout> | undefined;
        const hand = () => {
            timer = undefined;
            const items = gathered;
            gathered = [];
            latest.current.take(items);
        };
        source.addEventListener(kind, (event: MessageEvent<string>) => {
            gathered.push(JSON.parse(event.data) as T);
            timer ??= setTimeout(hand, GATHER_MS);
        });
        source.onopen = () => {
            setState("open");
            latest.current.opened();
        };
        source.onerror = () =>
            setState(source.readyState === EventSource.CLOSED ? "refused" : "connecting");
        return () => {
            source.close();
            clearTimeout(timer);
        };
    }, [url, kind]);
    return state;
}
