// A page of SKUs. stockd looks at a bounded number of SKUs for one answer, so a page may be short
// and still have a next one: such answers are put together here, for as long as somebody would
// wait.
import { call } from "./api";
import type { Paging, Stock, Stocks } from "./documents";

export interface Wanted {
    campaignId: string;
    search: string;
    match: string;
    filter: string;
    limit: number;
}

export interface Found {
    stocks: Stock[];
    /** Where the next page begins. */
    next: string | undefined;
    /** Time ended before the page was full. */
    paused: boolean;
}

const PATIENCE_MS = 3000;

/** Tells `progress` how many were found so far. */
export async function findStocks(wanted: Wanted, pageToken: string, signal: AbortSignal,
                                 progress: (count: number) => void): Promise<Found> {
    const until = performance.now() + PATIENCE_MS;
    const found: Stock[] = [];
    let next: string | undefined = pageToken;
    while (next !== undefined && found.length < wanted.limit) {
        const answer: Stocks = await call<Stocks>(`campaigns/${wanted.campaignId}/stocks`, {
            query: {
                search: wanted.search,
                match: wanted.search && wanted.match,
                filter: wanted.filter,
                limit: wanted.limit - found.length,
                pageToken: next,
            },
            signal,
        });
        found.push(...answer.stocks);
        const paging: Paging = answer.paging;
        next = paging.nextPageToken;
        if (next !== undefined && performance.now() > until) {
            break;
        }
        progress(found.length);
    }
    return { stocks: found, next, paused: next !== undefined && found.length < wanted.limit };
}
