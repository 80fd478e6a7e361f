// Keeps the focus where somebody works: a button that is pressed may be gone with what it did, and
// the browser would then begin at the top of the page.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** For a box with tabIndex -1: it takes the focus when what had it inside has gone. */
export function useKeptFocus<Box extends HTMLElement = HTMLDivElement>():
    RefObject<Box | null> {
    const box = useRef<Box>(null);
    const inside = useRef<Element | null>(null);
    useEffect(() => {
        const at = document.activeElement;
        const lost = inside.current && !inside.current.isConnected;
        if (lost && (at === null || at === document.body)) {
            box.current?.focus({ preventScroll: true });
        }
        inside.current = at !== null && box.current?.contains(at) ? at : null;
    });
    useEffect(() => {
        // Of the document: the box may come later than the page.
        const note = ({ target }: FocusEvent) => {
            inside.current = box.current?.contains(target as Node) ? target as Element : null;
        };
        document.addEventListener("focusin", note);
        return () => document.removeEventListener("focusin", note);
    }, []);
    return box;
}
