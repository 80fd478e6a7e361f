// Reading for a page: what is there, what went wrong, and whether it is being read. What was read
// last stays while the next is on its way, so that nothing jumps.
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

export interface Data<T> {
    data: T | undefined;
    error: unknown;
    loading: boolean;
    reload: () => void;
}

/** Reads when `key` changes; an answer that is overtaken is dropped. */
export function useData<T>(load: (signal: AbortSignal) => Promise<T>, key: string): Data<T> {
    const [state, setState] = useState<{ data?: T; error?: unknown; loading: boolean }>(
        { loading: true });
    const [turn, setTurn] = useState(0);
    const latest = useRef(load);
    latest.current = load;

    // Before the browser draws, not a frame later: what was asked for early may be there by then.
    useLayoutEffect(() => {
        const abort = new AbortController();
        setState((before) => before.loading ? before : { ...before, loading: true });
        latest.current(abort.signal).then(
            (data) => abort.signal.aborted || setState({ data, loading: false }),
            (error: unknown) => abort.signal.aborted
                || setState((before) => ({ ...before, error, loading: false })));
        return () => abort.abort();
    }, [key, turn]);

    const reload = useCallback(() => setTurn((before) => before + 1), []);
    return { data: state.data, error: state.error, loading: state.loading, reload };
}

/** Calls `work` every `ms` while the page is in sight, and at once when it comes back. */
export function useWhileVisible(work: () => void, ms: number): void {
    const latest = useRef(work);
    latest.current = work;
    useEffect(() => {
        const tick = () => document.hidden || latest.current();
        const timer = setInterval(tick, ms);
        document.addEventListener("visibilitychange", tick);
        return () => {
            clearInterval(timer);
            document.removeEventListener("visibilitychange", tick);
        };
    }, [ms]);
}

/** The value once it has stood still for `ms`. */
export function useSettled<T>(value: T, ms: number): T {
    const [settled, setSettled] = useState(value);
    useEffect(() => {
        const timer = setTimeout(() => setSettled(value), ms);
        return () => clearTimeout(timer);
    }, [value, ms]);
    return settled;
}
