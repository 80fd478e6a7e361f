// The name of a page in the browser's tab and history, for pages that show one thing of many: the
// frame names the others.
import { useEffect } from "preact/hooks";

/** Particular first: "A-1", "Moscow store". */
export function useTitle(...names: (string | undefined)[]): void {
    // Behind each drawing, as the frame gives its own name when the address changes.
    useEffect(() => {
        const title = [...names.filter(Boolean), "stockd"].join(" · ");
        if (document.title !== title) {
            document.title = title;
        }
    });
}
