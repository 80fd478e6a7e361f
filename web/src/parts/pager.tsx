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

interface Way {
    key: string;
    tokens: string[];
}

/** The way that the browser keeps with this place in its history, if it is one of `key`. */
function wayKept(key: string): Way {
    const kept = (history.state as { way?: Way } | null)?.way;
    return kept?.key === key ? kept : { key, tokens: [""] };
}

/** Begins anew when `key` changes: another search, another filter. Who goes on to one row and comes
 *  back is at the same page as before. */
export function usePages(key: string): Pages {
    const [way, setWay] = useState<Way>(() => wayKept(key));
    const tokens = way.key === key ? way.tokens : [""];
    useEffect(() => {
        if (way.key !== key) {
            setWay({ key, tokens: [""] });
        }
    }, [key]);
    const turn = (next: string[]) => {
        setWay({ key, tokens: next });
        history.replaceState({ way: { key, tokens: next } }, "");
        scrollTo(0, 0);
    };
    return {
        token: tokens[tokens.length - 1] ?? "",
        page: tokens.length,
        forward: (token) => turn([...tokens, token]),
        back: () => turn(tokens.slice(0, -1)),
    };
}

/** Its buttons are never disabled: at the last page the focus would be lost. */
export function Pager({ pages, next, busy }:
    { pages: Pages; next: string | undefined; busy?: boolean }) {
    const words = useTexts(shell);
    if (pages.page === 1 && !next) {
        return null;
    }
    return (
        <nav class="pager" aria-label={words.pageOf(pages.page)}>
            <button type="button" aria-disabled={pages.page === 1 || busy === true}
                onClick={() => pages.page > 1 && !busy && pages.back()}>
                <Icon name="left" />{words.previous}
            </button>
            <span aria-current="page">{words.pageOf(pages.page)}</span>
            <button type="button" aria-disabled={!next || busy === true}
                onClick={() => next && !busy && pages.forward(next)}>
                {words.next}<Icon name="right" />
            </button>
        </nav>
    );
}
