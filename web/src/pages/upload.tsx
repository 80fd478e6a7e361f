// Uploads of a store: a file is checked by stockd, shown, and applied after a yes. Which one is
// looked at stands in the address, so that a page read anew goes on where it was.
import { useEffect, useRef, useState } from "preact/hooks";

import { ApiError, call } from "../api";
import { useWhileVisible } from "../data";
import { formatCount } from "../format";
import type { PageProps } from "../pages";
import { CampaignPage } from "../parts/campaign";
import { Failure, Skeleton } from "../parts/state";
import { UploadCheck } from "../parts/upload_check";
import { type Options, UploadChooser } from "../parts/upload_chooser";
import { useLanguage } from "../preferences";
import { go, to } from "../router";
import { uploadTexts } from "../texts/upload";
import { useTexts } from "../texts/text";
import type { Upload, UploadState } from "../upload_documents";

const POLL_MS = 300;

export default function UploadPage({ route }: PageProps) {
    const words = useTexts(uploadTexts);
    const campaignId = route.words[0] ?? "";
    const uploadId = route.query.upload ?? "";
    const path = `campaigns/${campaignId}/uploads`;
    const [checking, setChecking] = useState("");
    const { upload, setUpload, error, setError, busy, read, apply } = useUpload(path, uploadId);
    const show = (id: string) => go(to("upload", [campaignId], { upload: id }), true);

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
    const leave = () => {
        if (upload?.state === "CHECKED") {
            // Where that fails it is forgotten within the hour.
            call(`${path}/${uploadId}`, { method: "DELETE" }).catch(() => undefined);
        }
        setError(undefined);
        show("");
    };

    return (
        <CampaignPage campaignId={campaignId} here="upload">
            {Boolean(error) && <Failure error={error}
                {...uploadId && !upload && !isGone(error) && { again: read }} />}
            {checking && <><p role="status">{words.checking(checking)}</p><Skeleton rows={4} /></>}
            {!checking && !uploadId && <UploadChooser campaignId={campaignId}
                check={(file, options) => void check(file, options)} />}
            {!checking && uploadId && Boolean(error) && !upload && <>
                {isGone(error) && <p>{words.forgotten}</p>}
                <p><button type="button" onClick={leave}>{words.another}</button></p>
            </>}
            {!checking && uploadId && !upload && !error && <Skeleton rows={4} />}
            {!checking && upload?.state === "CHECKED" && <UploadCheck key={upload.uploadId}
                campaignId={campaignId} upload={upload} forget={leave} busy={busy}
                apply={(overBrake) => void apply(overBrake)} />}
            {upload && upload.state !== "CHECKED" && <Progress campaignId={campaignId}
                upload={upload} busy={busy} again={() => void apply(true)} leave={leave} />}
        </CampaignPage>
    );
}

const isGone = (error: unknown) => error instanceof ApiError && error.status === 404;

/** The upload that the address names: read, applied, and followed while it is being applied, by
 *  whomever: another window may have said yes, and the answer to our own may have been lost. */
function useUpload(path: string, uploadId: string) {
    const [upload, setUpload] = useState<Upload>();
    const [error, setError] = useState<unknown>();
    const [busy, setBusy] = useState(false);
    const asking = useRef(false);

    const read = () => {
        setError(undefined);
        call<Upload>(`${path}/${uploadId}`, { query: { with: "check" } })
            .then(setUpload, setError);
    };
    useEffect(() => {
        if (!uploadId) {
            setUpload(undefined);
        } else if (upload?.uploadId !== uploadId) {
            setUpload(undefined);
            read();
        }
    }, [uploadId]);
    const follow = async () => {
        const state = await call<UploadState>(`${path}/${uploadId}`);
        setUpload((before) => before?.uploadId === uploadId ? { ...before, ...state } : before);
        return state.state;
    };
    const apply = async (overBrake: boolean) => {
        setError(undefined);
        setBusy(true);
        let refusal: unknown;
        try {
            await call(`${path}/${uploadId}/apply`,
                { method: "POST", body: { confirm: upload?.plan.changes, overBrake } });
        } catch (problem) {
            refusal = problem;
        }
        // What became of it decides: a refusal may say no more than that it is under way.
        const state = await follow().catch((problem: unknown) => {
            refusal ??= problem;
        });
        if (refusal !== undefined && state !== "APPLYING" && state !== "DONE") {
            setError(refusal);
        }
        setBusy(false);
    };
    const poll = async () => {
        asking.current = true;
        try {
            await follow();
            setError(undefined);
        } catch (problem) {
            setError(problem);
            if (isGone(problem)) {
                setUpload(undefined);
            }
        }
        asking.current = false;
    };
    useWhileVisible(() => {
        if (upload?.state === "APPLYING" && !asking.current) {
            void poll();
        }
    }, POLL_MS);
    return { upload, setUpload, error, setError, busy, read, apply };
}

function Progress({ campaignId, upload, busy, again, leave }: {
    campaignId: string; upload: Upload; busy: boolean; again: () => void; leave: () => void;
}) {
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
            <p>{state === "DONE" ? words.doneLead(done - stale - refusedCount)
                : words.progress(count(done), count(total))}</p>
            {stale > 0 && <p>{words.stale(stale)}</p>}
            {refusedCount > 0 && <>
                <p>{words.refused(refusedCount)}</p>
                <ul>{refused.map(({ sku, text }) => <li key={sku}>
                    <span class="code">{sku}</span> {text}</li>)}</ul>
            </>}
            {state === "FAILED" && <p class="upload-bad" role="alert">{problem}</p>}
            <div class="bar">
                {state === "FAILED" && <button type="button" class="primary" disabled={busy}
                    onClick={again}>{words.goOn}</button>}
                {state === "DONE" && <a class="button primary" href={to("stock", [campaignId])}>
                    {words.toStock}</a>}
                {state !== "APPLYING" && <button type="button" onClick={leave}>
                    {words.another}</button>}
            </div>
        </section>
    );
}
