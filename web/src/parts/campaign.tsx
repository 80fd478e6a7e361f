// The head of all pages about one store: its name, its campaign ID to copy, the way to the others.
import type { ComponentChildren } from "preact";

import { ApiError, call } from "../api";
import { useData } from "../data";
import type { Store, Stores } from "../documents";
import { to } from "../router";
import { shell } from "../texts/shell";
import { useTexts } from "../texts/text";
import { Availability } from "./availability";
import { CopyButton } from "./controls";
import { useTitle } from "./title";

const TABS = ["stock", "upload", "orders"] as const;

const PAGES_MAX = 20;

/** The store of a campaign; none when there is no such store. */
export async function readStore(campaignId: string,
                                signal: AbortSignal): Promise<Store | undefined> {
    let pageToken: string | undefined;
    // A page may be empty and have a next one.
    for (let turn = 0; turn < PAGES_MAX; turn++) {
        const page: Stores = await call<Stores>("stores",
            { query: { search: campaignId, pageToken }, signal });
        const found = page.stores.find((store) => String(store.campaignId) === campaignId);
        pageToken = page.paging.nextPageToken;
        if (found || pageToken === undefined) {
            return found;
        }
    }
    throw new ApiError(0, []);
}

export function useStore(campaignId: string): Store | undefined {
    return useData((signal) => readStore(campaignId, signal), campaignId).data;
}

/** The head, and below it the page itself, unless there is no such store. `about` names what of the
 *  store it shows. */
export function CampaignPage({ campaignId, here, about, children }: {
    campaignId: string; here: (typeof TABS)[number]; about?: string; children: ComponentChildren;
}) {
    const words = useTexts(shell);
    const { data, error, loading } = useData(
        async (signal) => ({ store: await readStore(campaignId, signal) }), campaignId);
    const store = data?.store;
    const none = data && !store && !error && !loading;
    useTitle(about ?? words[here], store?.domain ?? campaignId);
    if (none) {
        return (
            <>
                <h1>{words.noStore(campaignId)}</h1>
                <p>{words.noStoreLead}</p>
                <p><a href={to("stores")}>{words.toStores}</a></p>
            </>
        );
    }
    return (
        <>
            <div class="campaign-head">
                <h1>{store?.domain ?? campaignId}</h1>
                <p class="muted">
                    {words.campaignId} <span class="code">{campaignId}</span>
                    <CopyButton text={campaignId} what={`${words.campaignId} ${campaignId}`} />
                    {store && <span class="tag">{store.placementType}</span>}
                    {store && <Availability store={store} />}
                </p>
                <nav class="tabs" aria-label={words.campaignTabs}>
                    {TABS.map((tab) => (
                        <a key={tab} href={to(tab, [campaignId])}
                            aria-current={tab === here ? "page" : undefined}>{words[tab]}</a>
                    ))}
                    <a href={to("requests", [], { campaignId })}>{words.log}</a>
                </nav>
            </div>
            {children}
        </>
    );
}
