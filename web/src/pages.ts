// The pages by the first word of their address. Each is read when it is first gone to.
import type { FunctionComponent } from "preact";

import type { Session } from "./documents";
import type { IconName } from "./parts/icons";
import type { Route } from "./router";

export interface PageProps {
    route: Route;
    session: Session;
}

export interface Page {
    load: () => Promise<{ default: FunctionComponent<PageProps> }>;
    /** Where it stands in the navigation: under itself, or under another page. */
    nav: string;
}

export const pages: Record<string, Page> = {
    stores: { load: () => import("./pages/stores"), nav: "stores" },
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

/** What the navigation shows, in its order, as far as there is such a page. */
const ORDER: IconName[] = ["stores", "requests", "tokens", "console", "health"];
export const navigation = ORDER.filter((name) => name in pages);
