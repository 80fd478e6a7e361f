// Uploads of a store: a file is checked by stockd, shown, and applied after a yes. Which one is
// looked at stands in the address, so that a page read anew goes on where it was.
import { useEffect, useRef, useState } from "preact/hooks";

import { apiUrl, call } from "../api";
import { useWhileVisible } from "../data";
import { formatCount } from "../format";
import type { PageProps } from "../pages";
import { CampaignHead } from "../parts/campaign";
import { Failure, Skeleton } from "../parts/state";
import { UploadCheck } from "../parts/upload_check";
import { useLanguage } from "../preferences";
import { go, to } from "../router";
import { uploadTexts } from "../texts/upload";
import { useTexts } from "../texts/text";
import type { Upload, UploadState } from "../upload_documents";

const POLL_MS = 300;

interface Options {
    full: boolean;
    now: boolean;
    sheet: string;
}

export default function UploadPage({ route }: PageProps) {
    const words = useTexts(uploadTexts);
    const campaignId = route.words[0] ?? "";
    const uploadId = route.query.upload ?? "";
    const path = `campaigns/${campaignId}/uploads`;
    const [upload, setUpload] = useState<Upload>();
    const [checking, setChecking] = useState("");
    const [error, setError] = useState<unknown>();
    const show = (id: string) => go(to("upload", [campaignId], { upload: id }), true);

    useEffect(() => {
        if (!uploadId) {
            setUpload(undefined);
        } else if (upload?.uploadId !== uploadId) {
            call<Upload>(`${path}/${uploadId}`, { query: { with: "check" } })
                .then(setUpload, setError);
        }
    }, [uploadId]);
    const check = async (file: File, options: Options) => {
        setError(undefined);
        setChecking(file.name);
        try {
            const checked = await call<Upload>(path, {
                method: "POST", body: file, query: {
                    name: file.name, full: options.full, now: options.now, sheet: options.sheet,
                },
            });
            setUpload(checked);
            show(checked.uploadId);
        } catch (problem) {
            setError(problem);
        }
        setChecking("");
    };
    const apply = async (overBrake: boolean) => {
        setError(undefined);
        try {
            await call(`${path}/${uploadId}/apply`,
                { method: "POST", body: { confirm: upload?.plan.changes, overBrake } });
            await follow();
        } catch (problem) {
            setError(problem);
        }
    };
    const follow = async () => {
        const state = await call<UploadState>(`${path}/${uploadId}`);
        setUpload((before) => before && { ...before, ...state });
    };
    useWhileVisible(() => {
        if (upload?.state === "APPLYING") {
            follow().catch(setError);
        }
    }, POLL_MS);
    const leave = () => {
        if (upload?.state === "CHECKED") {
            // Where that fails it is forgotten within the hour.
            call(`${path}/${uploadId}`, { method: "DELETE" }).catch(() => undefined);
        }
        setError(undefined);
        show("");
    };

    return (
        <>
            <CampaignHead campaignId={campaignId} here="upload" />
            {Boolean(error) && <Failure error={error} />}
            {checking && <><p role="status">{words.checking(checking)}</p><Skeleton rows={4} /></>}
            {!checking && !uploadId && <Chooser campaignId={campaignId}
                check={(file, options) => void check(file, options)} />}
            {!checking && uploadId && Boolean(error) && !upload
                && <p><button type="button" onClick={leave}>{words.another}</button></p>}
            {!checking && upload?.state === "CHECKED" && <UploadCheck key={upload.uploadId}
                campaignId={campaignId} upload={upload} forget={leave}
                apply={(overBrake) => void apply(overBrake)} />}
            {upload && upload.state !== "CHECKED" && <Progress campaignId={campaignId}
                upload={upload} again={() => void apply(true)} leave={leave} />}
        </>
    );
}

function Chooser({ campaignId, check }:
    { campaignId: string; check: (file: File, options: Options) => void }) {
    const words = useTexts(uploadTexts);
    const language = useLanguage();
    const [options, setOptions] = useState<Options>({ full: false, now: false, sheet: "" });
    const [over, setOver] = useState(false);
    const field = useRef<HTMLInputElement>(null);
    const take = (files: FileList | null | undefined) => {
        if (files?.[0]) {
            check(files[0], options);
        }
    };
    const template = (which: string) => apiUrl(`campaigns/${campaignId}/template.xlsx`,
        { lang: language, with: which });
    return (
        <>
            <fieldset class="card upload-options">
                <legend class="hidden">{words.options}</legend>
                {(["full", "now"] as const).map((name) => (
                    <label class="check" key={name}><input type="checkbox" checked={options[name]}
                        onChange={(event) =>
                            setOptions({ ...options, [name]: event.currentTarget.checked })} />
                        {words[name]}</label>
                ))}
                <label class="upload-sheet">{words.sheet}
                    <input value={options.sheet} placeholder={words.sheetHint} autocomplete="off"
                        onInput={(event) =>
                            setOptions({ ...options, sheet: event.currentTarget.value })} /></label>
            </fieldset>
            <div class={over ? "drop over" : "drop"}
                onDragOver={(event) => { event.preventDefault(); setOver(true); }}
                onDragLeave={() => setOver(false)}
                onDrop={(event) => {
                    event.preventDefault();
                    setOver(false);
                    take(event.dataTransfer?.files);
                }}>
                <p class="empty-title">{words.drop}</p>
                <p class="muted">{words.formats}</p>
                <button type="button" class="primary" onClick={() => field.current?.click()}>
                    {words.choose}</button>
                <input ref={field} type="file" class="hidden" tabIndex={-1}
                    aria-label={words.choose} accept=".csv,.tsv,.txt,.xlsx,.xml,.yml"
                    onChange={(event) => take(event.currentTarget.files)} />
            </div>
            <p>{words.template} <a href={template("")} download>{words.templateEmpty}</a>,{" "}
                <a href={template("stocks")} download>{words.templateStocks}</a></p>
        </>
    );
}

function Progress({ campaignId, upload, again, leave }:
    { campaignId: string; upload: Upload; again: () => void; leave: () => void }) {
    const words = useTexts(uploadTexts);
    const language = useLanguage();
    const { state, done, total, stale, refusedCount, refused, problem } = upload;
    const count = (value: number) => formatCount(value, language);
    const title = { CHECKED: "", APPLYING: words.applying, DONE: words.done, FAILED: words.failed };
    return (
        <section class="card upload-progress">
            <h2 aria-live="polite">{title[state]}</h2>
            <p class="muted">{upload.name}</p>
            <progress value={done} max={Math.max(total, 1)}
                aria-label={words.progress(count(done), count(total))} />
            <p>{state === "DONE" ? words.doneLead(count(done - stale - refusedCount))
                : words.progress(count(done), count(total))}</p>
            {stale > 0 && <p>{words.stale(count(stale))}</p>}
            {refusedCount > 0 && <>
                <p>{words.refused(count(refusedCount))}</p>
                <ul>{refused.map(({ sku, text }) => <li key={sku}>
                    <span class="code">{sku}</span> {text}</li>)}</ul>
            </>}
            {state === "FAILED" && <p class="upload-bad" role="alert">{problem}</p>}
            <div class="bar">
                {state === "FAILED" && <button type="button" class="primary" onClick={again}>
                    {words.goOn}</button>}
                {state === "DONE" && <a class="button primary" href={to("stock", [campaignId])}>
                    {words.toStock}</a>}
                {state !== "APPLYING" && <button type="button" onClick={leave}>
                    {words.another}</button>}
            </div>
        </section>
    );
}
