// One change of a SKU in words: what it did, and who or what made it.
import type { Change } from "../documents";
import { formatCount } from "../format";
import { useLanguage } from "../preferences";
import { to } from "../router";
import type { StockTexts } from "../texts/stock";

export function ChangeWords({ change, words }: { change: Change; words: StockTexts }) {
    const language = useLanguage();
    const mark = (name: string) => words.mark[name] ?? name;
    const marks = [
        ...(change.set ?? []).map(mark),
        ...(change.cleared ?? []).map((name) => words.unset(mark(name))),
    ];
    return (
        <span>
            {words.kind[change.kind] ?? change.kind}
            {change.count !== undefined &&
                <> <strong>{formatCount(change.count, language)}</strong></>}
            {change.type !== undefined && ` ${change.type}`}
            {marks.length > 0 && `: ${marks.join(", ")}`}
        </span>
    );
}

export function ChangeCause({ change, campaignId, words }:
    { change: Change; campaignId: string; words: StockTexts }) {
    return (
        <span class="cause">
            {change.source !== undefined &&
                <span>{words.source[change.source] ?? change.source}</span>}
            {change.token !== undefined && <span>{words.token(change.token)}</span>}
            {change.requestId !== undefined &&
                <a href={to("requests", [], { id: change.requestId })}>{words.request}</a>}
            {change.orderId !== undefined &&
                <a href={to("orders", [campaignId], { orderId: change.orderId })}>
                    {words.order(change.orderId)}</a>}
        </span>
    );
}
