// One request of the log opened: its line, its answer, and for each error what to do about it.
import { familyOf } from "../advice";
import { formatBytes, formatDecimal } from "../format";
import { useLanguage } from "../preferences";
import { to } from "../router";
import { adviceTexts } from "../texts/advice";
import { requestsTexts, statusLine } from "../texts/requests";
import { useTexts } from "../texts/text";
import { CopyButton } from "./controls";
import { Dialog } from "./dialog";
import { Moment } from "./time";

export interface LoggedRequest {
    /** Absent in lines of older programs. */
    id?: string;
    receivedAt: string;
    tookMicroseconds: number;
    method: string;
    path: string;
    campaignId?: number;
    businessId?: number;
    tokenName?: string;
    /** 0: the sender left before. */
    status: number;
    requestBytes: number;
    replyBytes: number;
    caller?: string;
    errors?: { code: string; message: string }[];
}

export function statusKind(status: number): "good" | "warn" | "bad" {
    return status >= 500 || status === 0 ? "bad" : status >= 400 ? "warn" : "good";
}

export function RequestEntry({ entry, onClose }: { entry: LoggedRequest; onClose: () => void }) {
    const words = useTexts(requestsTexts);
    const language = useLanguage();
    const line = `${entry.method} ${entry.path}`;
    const { campaignId } = entry;
    return (
        <Dialog title={statusLine(entry.status, words.leftLong)} onClose={onClose}>
            <div class="entry">
                <h3>{words.line}</h3>
                <p class="entry-line"><code>{line}</code>
                    <CopyButton text={line} what={words.line} /></p>
                <Errors entry={entry} />
                <dl class="facts">
                    <dt>{words.sent}</dt><dd><Moment at={entry.receivedAt} /></dd>
                    {entry.tokenName && <><dt>{words.who}</dt><dd>{entry.tokenName}</dd></>}
                    {campaignId !== undefined && <><dt>{words.campaign}</dt><dd>
                        <a href={to("stock", [campaignId])}>{campaignId}</a></dd></>}
                    {entry.businessId !== undefined
                        && <><dt>{words.business}</dt><dd>{entry.businessId}</dd></>}
                    {entry.caller && <><dt>{words.caller}</dt><dd>{entry.caller}</dd></>}
                    <dt>{words.body}</dt><dd>{formatBytes(entry.requestBytes, language)}</dd>
                    <dt>{words.answer}</dt><dd>{formatBytes(entry.replyBytes, language)}, {
                        formatDecimal(entry.tookMicroseconds / 1000, language)} {
                        words.milliseconds}</dd>
                    {entry.id && <><dt>{words.id}</dt><dd class="code">{entry.id}</dd></>}
                </dl>
            </div>
        </Dialog>
    );
}

function Errors({ entry }: { entry: LoggedRequest }) {
    const words = useTexts(requestsTexts);
    const advice = useTexts(adviceTexts);
    const { errors = [], status } = entry;
    if (errors.length === 0) {
        return <>
            <h3>{words.advice}</h3>
            <p>{statusKind(status) === "good" ? words.fine : advice[familyOf(status)]}</p>
        </>;
    }
    return (
        <>
            <h3>{words.errors}</h3>
            <ul class="entry-errors">
                {errors.map(({ code, message }, index) => (
                    <li key={index}>
                        <span class="tag">{code}</span>
                        <p class="entry-told">{message}</p>
                        <p>{advice[familyOf(status, code, message)]}</p>
                    </li>
                ))}
            </ul>
        </>
    );
}
