// Forward and back through pages of an answer with tokens: the server knows the next page only, so
// the way back is remembered here.
import { useEffect, useState } from "preact/hooks";

import { shell } from "../texts/shell";
import { useTexts } from "../texts/text";
import { Icon } from "./icons";

export interface Pages {
    /** What to ask for: "" is the first page. */
    token: string;
    /** From 1. */
    page: number;
    forward: (token: string) => void;
    back: () => void;
}

/** Begins anew when `key` changes: another search, another filter. */
export function usePages(key: string): Pages {
    const [way, setWay] = useState<{ key: string; tokens: string[] }>({ key, tokens: [""] });
    const tokens = way.key === key ? way.tokens : [""];
    useEffect(() => setWay({ key, tokens: [""] }), [key]);
    const turn = (next: string[]) => {
        setWay({ key, tokens: next });
        scrollTo(0, 0);
    };
    return {
        token: tokens[tokens.length - 1] ?? "",
        page: tokens.length,
        forward: (token) => turn([...tokens, token]),
        back: () => turn(tokens.slice(0, -1)),
    };
}

export function Pager({ pages, next, busy }:
    { pages: Pages; next: string | undefined; busy?: boolean }) {
    const words = useTexts(shell);
    if (pages.page === 1 && !next) {
        return null;
    }
    return (
        <nav class="pager" aria-label={words.pageOf(pages.page)}>
            <button type="button" disabled={pages.page === 1 || busy} onClick={pages.back}>
                <Icon name="left" />{words.previous}
            </button>
            <span aria-current="page">{words.pageOf(pages.page)}</span>
            <button type="button" disabled={!next || busy}
                onClick={() => next && pages.forward(next)}>
                {words.next}<Icon name="right" />
            </button>
        </nav>
    );
}
