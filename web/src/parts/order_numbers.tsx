// FIT, FREEZE and AVAILABLE of a few SKUs as they are now, and as they were before the last action.
import { useRef } from "preact/hooks";

import { call } from "../api";
import { useData, useWhileVisible } from "../data";
import { formatCount } from "../format";
import { useLanguage } from "../preferences";
import { ordersTexts } from "../texts/orders";
import { useTexts } from "../texts/text";
import { type Column, Table } from "./table";

const REFRESH_MS = 1000;

interface Numbers {
    sku: string;
    fit: number;
    freeze: number;
    available: number;
}

interface Row {
    sku: string;
    now?: Numbers | undefined;
    before?: Numbers | undefined;
}

async function readOne(campaignId: string, sku: string, signal: AbortSignal) {
    const { stocks } = await call<{ stocks: Numbers[] }>(`campaigns/${campaignId}/stocks`,
        { query: { sku, limit: 1 }, signal });
    return stocks[0];
}

/** `begun` grows when an action is sent: what was there then stays beside what is there now. `turn`
 *  grows when it is answered; they are read anew at once. */
export function OrderNumbers({ campaignId, skus, begun, turn }:
    { campaignId: string; skus: string[]; begun: number; turn: number }) {
    const words = useTexts(ordersTexts);
    const language = useLanguage();
    const { data, reload } = useData(async (signal) => {
        const read = await Promise.all(skus.map((sku) => readOne(campaignId, sku, signal)));
        return new Map(skus.map((sku, index) => [sku, read[index]]));
    }, `${campaignId} ${skus.join("\n")} ${turn}`);
    useWhileVisible(reload, REFRESH_MS);

    // Not when it is answered: what is read every second may be ahead of that.
    const snapshot = useRef({ begun, data });
    if (snapshot.current.begun !== begun) {
        snapshot.current = { begun, data };
    }
    const before = snapshot.current.data;

    const rows: Row[] = skus.map((sku) =>
        ({ sku, now: data?.get(sku), before: before?.get(sku) }));
    const number = (name: "fit" | "freeze" | "available"): Column<Row> => ({
        key: name, title: `${words[name]} · ${words[`${name}Words`]}`, numeric: true,
        render: ({ now, before: then }) => now === undefined ? "–"
            : <Moved before={then?.[name]} now={now[name]} language={language} />,
    });
    const columns: Column<Row>[] = [
        {
            key: "sku", title: words.sku, heading: true,
            render: ({ sku, now }) => <span><span class="code">{sku}</span>
                {data?.has(sku) && !now && <span class="tag warn">{words.unknown}</span>}</span>,
        },
        number("fit"), number("freeze"), number("available"),
    ];
    return (
        <section class="card numbers" aria-live="polite">
            <h2>{words.numbers}</h2>
            <p class="muted small">{skus.length > 0 ? words.numbersLead : words.noNumbers}</p>
            {skus.length > 0 && <Table caption={words.numbers} columns={columns} rows={rows}
                rowKey={(row) => row.sku} />}
        </section>
    );
}

function Moved({ before, now, language }:
    { before: number | undefined; now: number; language: "en" | "ru" }) {
    const words = useTexts(ordersTexts);
    const after = formatCount(now, language);
    if (before === undefined || before === now) {
        return <span>{after}</span>;
    }
    const then = formatCount(before, language);
    return (
        <span class="moved">
            <span class="hidden">{words.was(then, after)}</span>
            <span aria-hidden="true"><s>{then}</s> → <b>{after}</b></span>
        </span>
    );
}
