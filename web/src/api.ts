// Requests to the operator's API of the stockd that served this page. The session is a cookie that
// scripts cannot read; the header says that it is the page who asks, not a form of somebody else's.
// Every failure is an ApiError; who has no session, or no longer, is told by onSignedOut().

const BASE = "api/v1";
/** Until then a browser has begun to write a file that it was given. */
const KEPT_MS = 60_000;

export interface ErrorItem {
    code: string;
    message?: string;
}

/** `status` 0: there was no answer. */
export class ApiError extends Error {
    readonly status: number;
    readonly errors: ErrorItem[];
    /** What some refusals tell beside: which units an order lacks. */
    readonly result: unknown;

    constructor(status: number, errors: ErrorItem[], result?: unknown) {
        super(errors[0]?.message ?? errors[0]?.code ?? `status ${status}`);
        this.status = status;
        this.errors = errors;
        this.result = result;
    }

    get code(): string {
        return this.errors[0]?.code ?? "";
    }
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface Call {
    method?: "GET" | "POST" | "PUT" | "DELETE";
    query?: Query;
    /** Sent as JSON; a Blob as it is. */
    body?: unknown;
    signal?: AbortSignal;
    /** Nobody waits for it yet: nobody is told that the session is over. */
    early?: boolean;
}

let signedOut: () => void = () => undefined;

/** Who is told when the session is over. */
export function onSignedOut(listener: () => void): void {
    signedOut = listener;
}

/** The URL of a method below /api/v1, for what does not go through call(): streams, downloads. */
export function apiUrl(path: string, query: Query = {}): string {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
        if (value !== undefined && value !== "") {
            search.set(name, String(value));
        }
    }
    const text = search.toString();
    return `${BASE}/${path}${text && "?"}${text}`;
}

// GETs that were asked for before anybody waited for them, by URL. One that failed is asked again.
const early = new Map<string, Promise<unknown>>();

/** Asks at once for what will be called for soon; the first call() of it, and no other, gets it.
 *  Gives when there is an answer, of whatever kind. */
export function callEarly(path: string, query: Query = {}): Promise<unknown> {
    const answer = call(path, { query, early: true }).catch(() => undefined);
    early.set(apiUrl(path, query), answer);
    return answer;
}

/** Calls a method and gives its `result` (undefined where it has none). */
export async function call<T>(path: string, options: Call = {}): Promise<T> {
    const { method = "GET", query, body, signal } = options;
    const url = apiUrl(path, query);
    const asked = method === "GET" ? early.get(url) : undefined;
    if (asked) {
        early.delete(url);
        const answer = await asked;
        if (answer !== undefined) {
            return answer as T;
        }
    }
    const headers: Record<string, string> = { "X-Stockd-Cabinet": "1" };
    if (body !== undefined) {
        headers["Content-Type"] = body instanceof Blob ? "application/octet-stream"
            : "application/json";
    }
    let response: Response;
    try {
        response = await fetch(url, {
            method, headers, credentials: "same-origin", cache: "no-store", signal: signal ?? null,
            body: body === undefined ? null : body instanceof Blob ? body : JSON.stringify(body),
        });
    } catch (problem) {
        if (signal?.aborted) {
            throw problem;
        }
        throw new ApiError(0, []);
    }
    return answerOf<T>(response, path, options.early);
}

/** Fetches a file and gives it to the browser to keep; a refusal is an ApiError as of call(), and
 *  nothing is kept. */
export async function download(path: string, query: Query, name: string): Promise<void> {
    const response = await fetch(apiUrl(path, query), {
        headers: { "X-Stockd-Cabinet": "1" }, credentials: "same-origin", cache: "no-store",
    }).catch(() => {
        throw new ApiError(0, []);
    });
    if (!response.ok) {
        await answerOf(response, path);
    }
    const url = URL.createObjectURL(await response.blob().catch(() => {
        throw new ApiError(0, []);
    }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}

async function answerOf<T>(response: Response, path: string, early = false): Promise<T> {
    const answer = await response.json().catch(() => ({})) as
        { status?: string; result?: T; errors?: ErrorItem[] };
    if (response.ok && answer.status === "OK") {
        return answer.result as T;
    }
    // A wrong token at the door is no session that ended.
    if (response.status === 401 && path !== "session" && !early) {
        signedOut();
    }
    throw new ApiError(response.status, answer.errors ?? [], answer.result);
}
