// What an upload would change and what is suspicious about its file, and the yes to it.
import { useState } from "preact/hooks";

import { call } from "../api";
import type { Paging } from "../documents";
import { formOf, formatCount, formatDecimal } from "../format";
import { useLanguage } from "../preferences";
import { uploadTexts } from "../texts/upload";
import { useTexts } from "../texts/text";
import type { Change, Upload } from "../upload_documents";
import { Icon } from "./icons";
import { useKeptFocus } from "./kept_focus";
import { Failure } from "./state";
import { type Column, Table } from "./table";
import { UploadFindings } from "./upload_findings";

export function UploadCheck({ campaignId, upload, busy, apply, forget }: {
    campaignId: string; upload: Upload;
    /** A yes is on its way. */
    busy: boolean;
    apply: (overBrake: boolean) => void; forget: () => void;
}) {
    const words = useTexts(uploadTexts);
    const language = useLanguage();
    const { plan, brake, obstacle } = upload;
    const [sure, setSure] = useState(false);
    const count = (value: number) => formatCount(value, language);
    return (
        <>
            <PlanCard upload={upload} />
            <UploadFindings findings={upload.findings} />
            {brake && <div class="note brake" role="alert">
                <Icon name="warning" />
                <div>
                    <h2>{words.brakeTitle}</h2>
                    <p>{words.brake(count(brake.toZero), count(brake.inStock),
                        formatDecimal(brake.share, language), brake.limit)}</p>
                    <label class="check"><input type="checkbox" checked={sure}
                        onChange={(event) => setSure(event.currentTarget.checked)} />
                        {words.brakeYes(count(brake.toZero))}</label>
                </div>
            </div>}
            {obstacle && <div class="failure" role="alert">
                <p class="failure-title">{words.obstacle}</p><p>{obstacle}</p></div>}
            {plan.changes === 0 && <p>{words.nothing}</p>}
            <div class="bar">
                {plan.changes > 0 && <button type="button" class="primary"
                    disabled={busy || Boolean(obstacle) || (Boolean(brake) && !sure)}
                    onClick={() => apply(sure)}>{words.apply(plan.changes)}</button>}
                <button type="button" onClick={forget}>{words.forget}</button>
            </div>
            {plan.changes > 0 && <Changes campaignId={campaignId} upload={upload} />}
        </>
    );
}

/** What stockd took the file for: whoever sees the wrong one knows why the rows look odd. */
function takenFor(upload: Upload, words: typeof uploadTexts.en): string {
    const { format, encoding, delimiter, sheet } = upload;
    return [
        format,
        encoding && words.inEncoding(encoding),
        delimiter && words.separator(words.separators[delimiter] ?? delimiter),
        sheet && words.inSheet(sheet),
    ].filter(Boolean).join(", ");
}

function PlanCard({ upload }: { upload: Upload }) {
    const words = useTexts(uploadTexts);
    const language = useLanguage();
    const { plan } = upload;
    const count = (value: number) => formatCount(value, language);
    const names = ["changed", "new", "toZero", "zeroedByFull", "stale", "unchanged"] as const;
    return (
        <section class="card upload-plan">
            <h2>{words.wouldChange}</h2>
            <p class="muted">{upload.name} · {words.readAs(takenFor(upload, words))} · {
                words.rows(upload.rows)}</p>
            <ul>
                {names.filter((name) => plan[name] > 0 || name === "changed").map((name) => (
                    <li key={name} class={name}><b>{count(plan[name])}</b> {
                        formOf(plan[name], language, words.plan[name])}</li>
                ))}
            </ul>
            <p>{words.units}: {count(plan.unitsBefore)} → <b>{count(plan.unitsAfter)}</b></p>
            {upload.bad > 0 && <p class="upload-bad">{words.bad(upload.bad)}</p>}
            {upload.skipped > 0 && <p class="muted">{words.skipped(upload.skipped)}</p>}
        </section>
    );
}

/** The first of them come with the check; the others are asked for. */
function Changes({ campaignId, upload }: { campaignId: string; upload: Upload }) {
    const words = useTexts(uploadTexts);
    const language = useLanguage();
    const [shown, setShown] = useState<{ changes: Change[]; next?: string | undefined }>(
        { changes: upload.changes });
    const [error, setError] = useState<unknown>();
    const { changes } = shown;
    const list = useKeptFocus();
    const all = upload.plan.changes;
    const more = async () => {
        // The first page with a token behind it: the check's own hundred come without one.
        const ask = (pageToken: string | undefined) =>
            call<{ changes: Change[]; paging: Paging }>(
                `campaigns/${campaignId}/uploads/${upload.uploadId}/changes`,
                { query: { limit: 100, pageToken } });
        try {
            const next = shown.next ?? (await ask(undefined)).paging.nextPageToken;
            const page = await ask(next);
            setShown({ changes: [...changes, ...page.changes], next: page.paging.nextPageToken });
        } catch (problem) {
            setError(problem);
        }
    };
    const count = (value: number) => formatCount(value, language);
    const columns: Column<Change>[] = [
        {
            key: "sku", title: words.sku, heading: true,
            render: (change) => <span class="code">{change.sku}</span>,
        },
        {
            key: "before", title: words.before, numeric: true,
            render: ({ before }) => before === undefined ? "–" : count(before),
        },
        { key: "after", title: words.after, numeric: true, render: ({ after }) => count(after) },
        { key: "kind", title: words.kind, render: ({ kind }) => words.kinds[kind] ?? kind },
    ];
    return (
        <section class="stack kept" ref={list} tabIndex={-1} aria-label={words.changes}>
            <h2>{words.changes} {changes.length < all && <span class="muted small">
                {words.firstOf(count(changes.length), count(all))}</span>}</h2>
            <div class="table">
                <Table caption={words.changes} rows={changes} columns={columns}
                    rowKey={(change) => change.sku} />
            </div>
            {Boolean(error) && <Failure error={error} />}
            {changes.length < all && <p class="more"><button type="button"
                onClick={() => void more()}>{words.more}</button></p>}
        </section>
    );
}
