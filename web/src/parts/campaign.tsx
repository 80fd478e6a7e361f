// The head of all pages about one store: its name, its campaign ID to copy, the way to the others.
import { call } from "../api";
import { useData } from "../data";
import type { Store, Stores } from "../documents";
import { to } from "../router";
import { shell } from "../texts/shell";
import { useTexts } from "../texts/text";
import { CopyButton } from "./controls";

const TABS = ["stock", "upload", "orders"] as const;

/** The store of a campaign; none when there is no such store. */
export async function readStore(campaignId: string,
                                signal: AbortSignal): Promise<Store | undefined> {
    const { stores } = await call<Stores>("stores", { query: { search: campaignId }, signal });
    return stores.find((store) => String(store.campaignId) === campaignId);
}

export function useStore(campaignId: string): Store | undefined {
    return useData((signal) => readStore(campaignId, signal), campaignId).data;
}

export function CampaignHead({ campaignId, here }:
    { campaignId: string; here: (typeof TABS)[number] }) {
    const words = useTexts(shell);
    const data = useStore(campaignId);
    return (
        <div class="campaign-head">
            <h1>{data?.domain ?? campaignId}</h1>
            <p class="muted">
                {words.campaignId} <span class="code">{campaignId}</span>
                <CopyButton text={campaignId} what={words.campaignId} />
                {data && <span class="tag">{data.placementType}</span>}
            </p>
            <nav class="tabs" aria-label={words.campaignTabs}>
                {TABS.map((tab) => (
                    <a key={tab} href={to(tab, [campaignId])}
                        aria-current={tab === here ? "page" : undefined}>{words[tab]}</a>
                ))}
                <a href={to("requests", [], { campaignId })}>{words.log}</a>
            </nav>
        </div>
    );
}
