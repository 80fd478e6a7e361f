// Where an upload begins: a file dropped anywhere on the page or chosen, how it is to be taken, and
// templates for who has none yet.
import { useEffect, useRef, useState } from "preact/hooks";

import { download } from "../api";
import { useLanguage } from "../preferences";
import { uploadTexts } from "../texts/upload";
import { useTexts } from "../texts/text";
import { Failure } from "./state";
import { tell } from "./toast";

export interface Options {
    full: boolean;
    now: boolean;
    sheet: string;
}

export function UploadChooser({ campaignId, check }:
    { campaignId: string; check: (file: File, options: Options) => void }) {
    const words = useTexts(uploadTexts);
    const [options, setOptions] = useState<Options>({ full: false, now: false, sheet: "" });
    const field = useRef<HTMLInputElement>(null);
    const take = (files: FileList | null | undefined) => {
        if (files?.[0]) {
            if (files.length > 1) {
                tell(words.oneOnly(files[0].name));
            }
            check(files[0], options);
        }
    };
    const over = useDrop((event) => take(event.dataTransfer?.files));
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
            <div class={over ? "drop over" : "drop"}>
                <p class="empty-title">{words.drop}</p>
                <p class="muted">{words.formats}</p>
                <button type="button" class="primary" onClick={() => field.current?.click()}>
                    {words.choose}</button>
                <input ref={field} type="file" class="hidden" tabIndex={-1}
                    aria-label={words.choose} accept=".csv,.tsv,.txt,.xlsx,.xml,.yml"
                    onChange={(event) => take(event.currentTarget.files)} />
            </div>
            <Templates campaignId={campaignId} />
        </>
    );
}

/** Whether a file is above the page. Beside the frame for it a browser would open the file, and the
 *  page be gone: so all of the page takes it. */
function useDrop(take: (event: DragEvent) => void): boolean {
    const [over, setOver] = useState(false);
    const latest = useRef(take);
    latest.current = take;
    useEffect(() => {
        const enter = (event: DragEvent) => {
            event.preventDefault();
            setOver(true);
        };
        const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
        const drop = (event: DragEvent) => {
            event.preventDefault();
            setOver(false);
            latest.current(event);
        };
        addEventListener("dragover", enter);
        addEventListener("dragleave", leave);
        addEventListener("drop", drop);
        return () => {
            removeEventListener("dragover", enter);
            removeEventListener("dragleave", leave);
            removeEventListener("drop", drop);
        };
    }, []);
    return over;
}

function Templates({ campaignId }: { campaignId: string }) {
    const words = useTexts(uploadTexts);
    const language = useLanguage();
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<unknown>();
    const get = async (which: "empty" | "stocks") => {
        setBusy(true);
        setError(undefined);
        try {
            await download(`campaigns/${campaignId}/template.xlsx`,
                { lang: language, with: which === "stocks" ? which : "" },
                `${campaignId}-${words.templateName[which]}.xlsx`);
        } catch (problem) {
            setError(problem);
        }
        setBusy(false);
    };
    return (
        <section>
            <div class="bar">
                <p>{words.template}</p>
                <button type="button" disabled={busy} onClick={() => void get("empty")}>
                    {words.templateEmpty}</button>
                <button type="button" disabled={busy} onClick={() => void get("stocks")}>
                    {words.templateStocks}</button>
            </div>
            {Boolean(error) && <Failure error={error} />}
        </section>
    );
}
