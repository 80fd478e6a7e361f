// Says it where the public API is switched off for a store.
import type { Store } from "../documents";
import { shell } from "../texts/shell";
import { useTexts } from "../texts/text";

export function Availability({ store }: { store: Store }) {
    const words = useTexts(shell);
    const state = store.apiAvailability;
    return state === undefined || state === "AVAILABLE" ? null
        : <span class="tag warn" title={words.apiOffHint}>{words.apiOff}</span>;
}
