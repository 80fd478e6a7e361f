// A dialog of the browser's own: it keeps the focus, Escape closes it, and the focus goes back.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

import { shell } from "../texts/shell";
import { useTexts } from "../texts/text";
import { Icon } from "./icons";

export function Dialog({ title, onClose, children }:
    { title: string; onClose: () => void; children: ComponentChildren }) {
    const words = useTexts(shell);
    const dialog = useRef<HTMLDialogElement>(null);
    const id = useId();
    useEffect(() => dialog.current?.showModal(), []);
    return (
        <dialog ref={dialog} aria-labelledby={id} onClose={onClose}>
            <header>
                <h2 id={id}>{title}</h2>
                <button type="button" class="quiet" aria-label={words.close}
                    onClick={() => dialog.current?.close()}><Icon name="close" /></button>
            </header>
            {children}
        </dialog>
    );
}
