// A dialog of the browser's own: it keeps the focus, Escape closes it, and the focus goes back to
// where it came from, however the dialog ends.
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";

import { shell } from "../texts/shell";
import { useTexts } from "../texts/text";
import { Icon } from "./icons";
import { Toast } from "./toast";

/** `firm`: it ends by its own buttons alone, as what it shows is not shown again. */
export function Dialog({ title, onClose, firm = false, children }:
    { title: string; onClose: () => void; firm?: boolean; children: ComponentChildren }) {
    const words = useTexts(shell);
    const dialog = useRef<HTMLDialogElement>(null);
    const gone = useRef(false);
    const id = useId();
    // Not useEffect(): what that clears up it clears up when the dialog is out of the page.
    useLayoutEffect(() => {
        const shown = dialog.current;
        shown?.showModal();
        return () => {
            gone.current = true;
            // A dialog that is merely taken out of the page keeps the focus for itself.
            shown?.close();
        };
    }, []);
    return (
        <dialog ref={dialog} aria-labelledby={id} onClose={() => gone.current || onClose()}
            onCancel={(event) => firm && event.preventDefault()}>
            <header>
                <h2 id={id}>{title}</h2>
                {!firm && <button type="button" class="quiet" aria-label={words.close}
                    onClick={() => dialog.current?.close()}><Icon name="close" /></button>}
            </header>
            {children}
            <Toast />
        </dialog>
    );
}
