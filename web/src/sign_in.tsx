// Asks for the operator token and changes it into a session; the page that was wanted comes then.
import { useEffect, useRef, useState } from "preact/hooks";

import { ApiError, call } from "./api";
import { Failure } from "./parts/state";
import { shell } from "./texts/shell";
import { useTexts } from "./texts/text";

/** `ended`: there was a session until now. */
export function SignIn({ done, ended }: { done: () => void; ended: boolean }) {
    const words = useTexts(shell);
    const [token, setToken] = useState("");
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<unknown>();

    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        setBusy(true);
        setError(undefined);
        call("session", { method: "POST", body: { token: token.trim() } }).then(done,
            (problem: unknown) => {
                setError(problem);
                setBusy(false);
            });
    };
    const field = useRef<HTMLInputElement>(null);
    useEffect(() => field.current?.focus(), []); // There is nothing else to do here.
    const wrong = error instanceof ApiError && error.status === 401;
    return (
        <form class="sign-in" onSubmit={submit}>
            <h1>{words.signIn}</h1>
            <p class={ended ? "" : "muted"} role={ended ? "alert" : undefined}>
                {ended ? words.sessionOver : words.signInLead}</p>
            <label for="token">{words.token}</label>
            <input id="token" ref={field} type="password" autocomplete="current-password" required
                value={token} aria-describedby="token-hint" aria-invalid={wrong}
                onInput={(event) => setToken(event.currentTarget.value)} />
            {wrong && <p class="failure-title" role="alert">{words.wrongToken}</p>}
            {Boolean(error) && !wrong && <Failure error={error} />}
            <button type="submit" class="primary" disabled={busy || !token.trim()}>
                {words.signIn}
            </button>
            <p id="token-hint" class="muted small">{words.tokenHint}</p>
        </form>
    );
}
