// The pages by the first word of their address. The stores, which most people see first, come with
// the start; each of the others is read when it is first gone to.
import type { FunctionComponent } from "preact";

import type { Session } from "./documents";
import StoresPage, { askStores } from "./pages/stores";
import type { IconName } from "./parts/icons";
import type { Route } from "./router";

export interface PageProps {
    route: Route;
    session: Session;
}

export interface Page {
    load: () => Promise<{ default: FunctionComponent<PageProps> }>;
    /** The page, where it is there already. */
    here?: FunctionComponent<PageProps>;
    /** Asks for what it shows first; it finds that under way when it is drawn. */
    ask?: (route: Route) => Promise<unknown>;
    /** Where it stands in the navigation: under itself, or under another page. */
    nav: string;
}

export const pages: Record<string, Page> = {
    stores: {
        load: () => Promise.resolve({ default: StoresPage }), here: StoresPage, ask: askStores,
        nav: "stores",
    },
    requests: { load: () => import("./pages/requests"), nav: "requests" },
    tokens: { load: () => import("./pages/tokens"), nav: "tokens" },
    console: { load: () => import("./pages/console"), nav: "console" },
    orders: { load: () => import("./pages/orders"), nav: "stores" },
    upload: { load: () => import("./pages/upload"), nav: "stores" },
    stock: { load: () => import("./pages/stock"), nav: "stores" },
    sku: { load: () => import("./pages/sku"), nav: "stores" },
    health: { load: () => import("./pages/health"), nav: "health" },
};

/** The page of an address; a SKU's stands under its store's stock. */
export function pageOf(route: Route): string {
    return route.page === "stock" && route.words[1] === "sku" ? "sku" : route.page;
}

/** Begins with the page of an address before anybody is known to be signed in; gives when what it
 *  shows first is there. */
export function beginPage(route: Route): Promise<unknown> {
    const page = pages[pageOf(route) || "stores"];
    // Who draws it asks again for what has failed, and tells.
    return Promise.all([page?.ask?.(route), page?.load().catch(() => undefined)]);
}

/** What the navigation shows, in its order, as far as there is such a page. */
const ORDER: IconName[] = ["stores", "requests", "tokens", "console", "health"];
export const navigation = ORDER.filter((name) => name in pages);
