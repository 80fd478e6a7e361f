// What a page shows where rows will be or are not: reading, nothing there, something went wrong.
import type { ComponentChildren } from "preact";

import { ApiError } from "../api";
import { errors, troubleOf } from "../texts/errors";
import { shell } from "../texts/shell";
import { useTexts } from "../texts/text";

/** Grey bars in place of what is being read. */
export function Skeleton({ rows = 6 }: { rows?: number }) {
    const words = useTexts(shell);
    return (
        <div class="skeleton" role="status" aria-label={words.loading}>
            {Array.from({ length: rows }, (_, index) => <span key={index} />)}
        </div>
    );
}

/** Nothing to show: `title` says what is missing, the children what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
    return (
        <div class="empty">
            <p class="empty-title">{title}</p>
            {children}
        </div>
    );
}

/** A failure in words, stockd's own included, with what to do. */
export function Failure({ error, again }: { error: unknown; again?: () => void }) {
    const words = useTexts(errors)[troubleOf(error)];
    const common = useTexts(shell);
    const told = error instanceof ApiError
        ? error.errors.map((item) => item.message ?? item.code).filter(Boolean) : [];
    return (
        <div class="failure" role="alert">
            <p class="failure-title">{words.title}</p>
            {told.map((text) => <p class="failure-told" key={text}>{text}</p>)}
            <p>{words.advice}</p>
            {again && <button type="button" onClick={() => {
                // It is gone with its button when all is well again.
                document.getElementById("main")?.focus({ preventScroll: true });
                again();
            }}>{common.again}</button>}
        </div>
    );
}
