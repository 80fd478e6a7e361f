// What is special about a SKU, as tags.
import type { Stock } from "../documents";
import { formatCount } from "../format";
import { useLanguage } from "../preferences";
import type { StockTexts } from "../texts/stock";

export function StockMarks({ stock, words }: { stock: Stock; words: StockTexts }) {
    const language = useLanguage();
    return (
        <span class="marks">
            {isStale(stock) && <span class="tag warn" title={words.staleHint}>{words.stale}</span>}
            {stock.hidden && <span class="tag warn">{words.hidden}</span>}
            {stock.archived && <span class="tag">{words.archived}</span>}
            {stock.deleted && <span class="tag bad">{words.deleted}</span>}
            {stock.freeStorage && <span class="tag">{words.freeStorage}</span>}
            {stock.unfit?.map(({ type, count }) => (
                <span class="tag" key={type}>{type} {formatCount(count, language)}</span>
            ))}
        </span>
    );
}

/** Whether any of them is shown: an empty cell is left out on a phone. */
export function hasMarks(stock: Stock): boolean {
    return stock.hidden || stock.archived || stock.deleted || stock.freeStorage
        || stock.unfit !== undefined;
}

const STALE_MS = 86_400_000;

/** Nobody told its number for more than a day: as the filter has it. */
export function isStale({ updatedAt }: Stock): boolean {
    return updatedAt !== undefined && Date.now() - Date.parse(updatedAt) > STALE_MS;
}
