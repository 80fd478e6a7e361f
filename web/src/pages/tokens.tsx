// Tokens of the public API: made, shown once, revoked.
import { useState } from "preact/hooks";

import { call } from "../api";
import { keepConsoleToken } from "../console_token";
import { useData } from "../data";
import type { Stores } from "../documents";
import { CopyButton } from "../parts/controls";
import { Dialog } from "../parts/dialog";
import { useKeptFocus } from "../parts/kept_focus";
import { Empty, Failure, Skeleton } from "../parts/state";
import { type Column, Table } from "../parts/table";
import { tell } from "../parts/toast";
import { go, to } from "../router";
import { tokensTexts } from "../texts/tokens";
import { useTexts } from "../texts/text";

interface Token {
    name: string;
    businessId: number;
    kind: "API_KEY" | "OAUTH";
    scopes: string[];
    revoked: boolean;
}

interface NewToken {
    name: string;
    apiKey: string;
}

const STOCK_SCOPE = "offers-and-cards-management";

type Opened = { form: true } | { made: NewToken } | { revoking: Token };

const keyOf = ({ businessId, name, revoked }: Token) => `${businessId} ${name} ${revoked}`;

/** The tokens, and the businesses that there are to make some for. */
async function read(signal: AbortSignal) {
    const [{ tokens }, { stores }] = await Promise.all([
        call<{ tokens: Token[] }>("tokens", { signal }),
        call<Stores>("stores", { query: { limit: 100 }, signal }),
    ]);
    const ids = [...tokens, ...stores].map(({ businessId }) => businessId);
    return { tokens, businesses: [...new Set(ids)].sort((a, b) => a - b) };
}

export default function TokensPage() {
    const words = useTexts(tokensTexts);
    const { data, error, reload } = useData(read, "");
    const [opened, setOpened] = useState<Opened>();
    const [all, setAll] = useState(false);
    const rows = data?.tokens.filter(({ revoked }) => all || !revoked) ?? [];
    const close = () => setOpened(undefined);
    const list = useKeptFocus();
    return (
        <>
            <h1>{words.title}</h1>
            <p class="muted">{words.lead}</p>
            <div class="bar">
                <button type="button" class="primary" disabled={!data}
                    onClick={() => setOpened({ form: true })}>{words.make}</button>
                <label class="check"><input type="checkbox" checked={all}
                    onChange={(event) => setAll(event.currentTarget.checked)} />
                    {words.showRevoked}</label>
            </div>
            {Boolean(error) && <Failure error={error} again={reload} />}
            {!data && !error && <Skeleton />}
            {data && rows.length === 0
                && <Empty title={words.none}><p>{words.noneLead}</p></Empty>}
            <div class="kept" ref={list} tabIndex={-1} role="group" aria-label={words.caption}>
                {rows.length > 0 && <div class="table">
                    <Table caption={words.caption} rows={rows} rowKey={keyOf}
                        columns={columnsOf(words, (token) => setOpened({ revoking: token }))} />
                </div>}
            </div>
            {opened && "form" in opened && <TokenForm businesses={data?.businesses ?? []}
                onClose={close} onMade={(made) => { setOpened({ made }); reload(); }} />}
            {opened && "made" in opened && <Made token={opened.made} onClose={close} />}
            {opened && "revoking" in opened && <Revoking token={opened.revoking} onClose={close}
                onDone={() => { close(); reload(); }} />}
        </>
    );
}

function columnsOf(words: typeof tokensTexts.en, revoke: (token: Token) => void): Column<Token>[] {
    return [
        { key: "name", title: words.name, heading: true, render: (token) => token.name },
        {
            key: "business", title: words.business, numeric: true,
            render: (token) => <span class="code">{token.businessId}</span>,
        },
        {
            key: "kind", title: words.kind,
            render: (token) => token.kind === "OAUTH" ? "OAuth" : "Api-Key",
        },
        {
            key: "scopes", title: words.scopes,
            render: (token) => <span title={token.scopes.join(", ")}>{token.scopes
                .map((scope) => words.words[scope] ?? scope).join("; ") || words.noScopes}</span>,
        },
        {
            key: "state", title: words.state,
            render: (token) => token.revoked ? <span class="tag bad">{words.revoked}</span>
                : <span class="tag good">{words.valid}</span>,
        },
        {
            key: "revoke", title: words.revoke, bare: true,
            render: (token) => token.revoked ? null
                : <button type="button" class="danger small" aria-label={words.revokeOf(token.name)}
                    onClick={() => revoke(token)}>{words.revoke}</button>,
        },
    ];
}

function TokenForm({ businesses, onClose, onMade }:
    { businesses: number[]; onClose: () => void; onMade: (token: NewToken) => void }) {
    const words = useTexts(tokensTexts);
    const [name, setName] = useState("");
    const [businessId, setBusinessId] = useState(businesses[0]);
    const [scopes, setScopes] = useState([STOCK_SCOPE]);
    const [error, setError] = useState<unknown>();
    const [busy, setBusy] = useState(false);
    const send = (event: Event) => {
        event.preventDefault();
        setBusy(true);
        setError(undefined);
        const body = { name: name.trim(), businessId, scopes };
        call<NewToken>("tokens", { method: "POST", body }).then(onMade, (problem) => {
            setBusy(false);
            setError(problem);
        });
    };
    const turn = (scope: string, on: boolean) =>
        setScopes(on ? [...scopes, scope] : scopes.filter((other) => other !== scope));
    return (
        <Dialog title={words.make} onClose={onClose}>
            <form class="token-form" onSubmit={send}>
                <label>{words.name}
                    <input value={name} required maxLength={100} autocomplete="off"
                        aria-describedby="token-name-hint"
                        onInput={(event) => setName(event.currentTarget.value)} /></label>
                <p class="muted small" id="token-name-hint">{words.nameHint}</p>
                <label>{words.business}
                    <select value={businessId} onChange={(event) =>
                        setBusinessId(Number(event.currentTarget.value))}>
                        {businesses.map((id) => <option key={id} value={id}>{id}</option>)}
                    </select></label>
                <fieldset aria-describedby="token-scopes-hint">
                    <legend>{words.scopes}</legend>
                    {Object.entries(words.words).map(([scope, text]) => (
                        <label class="check" key={scope}>
                            <input type="checkbox" checked={scopes.includes(scope)}
                                onChange={(event) => turn(scope, event.currentTarget.checked)} />
                            <span>{text} <span class="muted small code">{scope}</span></span>
                        </label>
                    ))}
                </fieldset>
                <p class="muted small" id="token-scopes-hint">{words.scopesHint}</p>
                {Boolean(error) && <Failure error={error} />}
                <button type="submit" class="primary" disabled={busy || scopes.length === 0}>
                    {words.make}</button>
            </form>
        </Dialog>
    );
}

function Made({ token, onClose }: { token: NewToken; onClose: () => void }) {
    const words = useTexts(tokensTexts);
    const useIt = () => {
        keepConsoleToken(token.apiKey);
        go(to("console"));
    };
    return (
        <Dialog title={words.made(token.name)} onClose={onClose} firm>
            <div class="token-made">
                <p>{words.madeLead}</p>
                <p class="token-key"><code>{token.apiKey}</code>
                    <CopyButton text={token.apiKey} what={words.key} /></p>
                <p class="muted small">{words.header} <code>Api-Key</code></p>
                <div class="bar">
                    <button type="button" class="primary" onClick={onClose}>{words.kept}</button>
                    <button type="button" onClick={useIt}>{words.useInConsole}</button>
                </div>
            </div>
        </Dialog>
    );
}

function Revoking({ token, onClose, onDone }:
    { token: Token; onClose: () => void; onDone: () => void }) {
    const words = useTexts(tokensTexts);
    const [error, setError] = useState<unknown>();
    const [busy, setBusy] = useState(false);
    const revoke = () => {
        const { businessId, name } = token;
        setBusy(true);
        call("tokens/revoke", { method: "POST", body: { businessId, name } }).then(() => {
            tell(words.revokeDone(name));
            onDone();
        }, (problem) => {
            setBusy(false);
            setError(problem);
        });
    };
    return (
        <Dialog title={words.revokeAsk(token.name)} onClose={onClose}>
            <div class="token-made">
                <p>{words.revokeLead}</p>
                {Boolean(error) && <Failure error={error} />}
                <div class="bar">
                    <button type="button" class="danger" disabled={busy}
                        onClick={revoke}>{words.revoke}</button>
                    <button type="button" onClick={onClose}>{words.keep}</button>
                </div>
            </div>
        </Dialog>
    );
}
