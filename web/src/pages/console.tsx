// The console: the field for the token, and Swagger UI below, once it is there.
import { useEffect, useRef, useState } from "preact/hooks";

import { ApiError } from "../api";
import type { Console } from "../console";
import { consoleToken, keepConsoleToken } from "../console_token";
import type { PageProps } from "../pages";
import { Failure, Skeleton } from "../parts/state";
import { tell } from "../parts/toast";
import { to } from "../router";
import { consoleTexts } from "../texts/console";
import { useTexts } from "../texts/text";

export default function ConsolePage({ session }: PageProps) {
    const words = useTexts(consoleTexts);
    const [token, setToken] = useState(consoleToken);
    const [state, setState] = useState<"reading" | "shown" | "failed">("reading");
    const [unreached, setUnreached] = useState("");
    const place = useRef<HTMLDivElement>(null);
    const opened = useRef<Console | undefined>(undefined);
    useEffect(() => {
        let gone = false;
        import("../console").then(({ openConsole }) => {
            if (!gone && place.current) {
                opened.current = openConsole(place.current, session.publicUrl,
                    (origin, was) => setUnreached(was ? "" : origin));
                setState("shown");
            }
        }, () => setState("failed"));
        return () => {
            gone = true;
            opened.current?.close();
        };
    }, []);

    const use = (event: Event) => {
        event.preventDefault();
        keepConsoleToken(token.trim());
        opened.current?.authorize(token.trim());
        tell(words.used);
    };
    return (
        <>
            <h1>{words.title}</h1>
            <p class="muted">{words.lead}</p>
            <form class="console-token card" onSubmit={use}>
                <label for="console-token">{words.token}</label>
                <input id="console-token" class="code" value={token} required autocomplete="off"
                    spellcheck={false} placeholder="ACMA:…:…" aria-describedby="console-token-hint"
                    onInput={(event) => setToken(event.currentTarget.value)} />
                <button type="submit" class="primary">{words.use}</button>
                <p class="muted small" id="console-token-hint">
                    {words.tokenHint} {words.noToken}{" "}
                    <a href={to("tokens")}>{words.toTokens}</a></p>
            </form>
            {state === "reading" && <Skeleton />}
            {state === "failed" && <Failure error={new ApiError(0, [])}
                again={() => location.reload()} />}
            {unreached && <div class="failure console-unreached" role="alert">
                <p class="failure-title">{words.unreached(unreached)}</p>
                <p>{unreached === location.origin ? words.unreachedSelf : words.unreachedLead}</p>
                {location.protocol === "https:" && unreached.startsWith("http:")
                    && <p>{words.mixed}</p>}
            </div>}
            <div class="console" ref={place} lang="en" />
        </>
    );
}
