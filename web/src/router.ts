// The address of a view, behind the # of the URL: `stock/10003/sku/A-1?search=A`. Parsing and
// writing are pure; useRoute() follows the browser.
import { useEffect, useState } from "preact/hooks";

export interface Route {
    /** The first word: which page. */
    page: string;
    /** The other words, decoded. */
    words: string[];
    query: Record<string, string>;
}

function decoded(text: string): string {
    try {
        return decodeURIComponent(text);
    } catch {
        return text; // A % that somebody typed.
    }
}

export function parseRoute(hash: string): Route {
    const address = hash.replace(/^#?\/?/, "");
    const [path = "", search = ""] = address.split(/\?(.*)/s);
    const [page = "", ...words] = path.split("/").map(decoded);
    return { page, words, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** `to("stock", [10003], {search: "A"})` → "#/stock/10003?search=A"; empty values are left out. */
export function to(page: string, words: (string | number)[] = [],
                   query: Record<string, string | undefined> = {}): string {
    const path = [page, ...words].map((word) => encodeURIComponent(word)).join("/");
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
        if (value !== undefined && value !== "") {
            search.set(name, value);
        }
    }
    const text = search.toString();
    return `#/${path}${text && "?"}${text}`;
}

/** Goes to an address; `replace` leaves no trace in the history (what is typed into a search). */
export function go(address: string, replace = false): void {
    if (!replace) {
        location.hash = address;
    } else if (location.hash !== address) {
        history.replaceState(null, "", address);
        dispatchEvent(new HashChangeEvent("hashchange"));
    }
}

export function useRoute(): Route {
    const [route, setRoute] = useState(() => parseRoute(location.hash));
    useEffect(() => {
        const follow = () => setRoute(parseRoute(location.hash));
        addEventListener("hashchange", follow);
        return () => removeEventListener("hashchange", follow);
    }, []);
    return route;
}
