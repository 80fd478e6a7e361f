// The whole page: who is signed in, in which language, and which page the address names.
import type { FunctionComponent } from "preact";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";

import { ApiError, call, onSignedOut } from "./api";
import type { Session } from "./documents";
import { Layout } from "./layout";
import { type PageProps, pageOf, pages } from "./pages";
import { Empty, Failure, Skeleton } from "./parts/state";
import { LanguageContext, type Preferences, prefer, preferences } from "./preferences";
import { type Route, go, to, useRoute } from "./router";
import { SignIn } from "./sign_in";
import { shell } from "./texts/shell";
import { useTexts } from "./texts/text";

type Visit =
    | { state: "asking" }
    | { state: "out"; ended?: boolean }
    | { state: "in"; session: Session }
    | { state: "failed"; error: unknown };

export function App() {
    const [chosen, setChosen] = useState(preferences);
    const [visit, setVisit] = useState<Visit>({ state: "asking" });
    const choose = (change: Partial<Preferences>) => setChosen(prefer(change));

    const ask = () => {
        setVisit({ state: "asking" });
        call<Session>("session").then(
            (session) => setVisit({ state: "in", session }),
            (error: unknown) => setVisit(error instanceof ApiError && error.status === 401
                ? { state: "out" } : { state: "failed", error }));
    };
    useLayoutEffect(() => {
        onSignedOut(() => setVisit({ state: "out", ended: true }));
        ask();
    }, []);

    const leave = () => {
        call("session", { method: "DELETE" }).then(() => setVisit({ state: "out" }),
            (error: unknown) => setVisit({ state: "failed", error }));
    };
    return (
        <LanguageContext.Provider value={chosen.language}>
            <Layout preferences={chosen} choose={choose}
                session={visit.state === "in" ? visit.session : undefined} leave={leave}>
                {visit.state === "asking" && <Skeleton />}
                {visit.state === "failed" && <Failure error={visit.error} again={ask} />}
                {visit.state === "out" && <SignIn done={ask} ended={visit.ended === true} />}
                {visit.state === "in" && <Content session={visit.session} />}
            </Layout>
        </LanguageContext.Provider>
    );
}

function Content({ session }: { session: Session }) {
    const route = useRoute();
    const name = pageOf(route);
    useEffect(() => {
        if (route.page === "") {
            go(to("stores"), true);
        }
    }, [route.page]);
    if (!pages[name]) {
        return name === "" ? null : <NoSuchPage />;
    }
    return <Loaded key={name} name={name} route={route} session={session} />;
}

/** A page whose code may still have to come. */
function Loaded({ name, route, session }: { name: string; route: Route; session: Session }) {
    const [loaded, setLoaded] = useState<{ Page?: FunctionComponent<PageProps>; error?: ApiError }>(
        () => ({ Page: pages[name]?.here }));
    const { Page, error } = loaded;
    useEffect(() => {
        if (!Page) {
            pages[name]?.load().then((module) => setLoaded({ Page: module.default }),
                () => setLoaded({ error: new ApiError(0, []) }));
        }
    }, []);
    if (error) {
        return <Failure error={error} again={() => location.reload()} />;
    }
    return Page ? <Page route={route} session={session} /> : <Skeleton />;
}

function NoSuchPage() {
    const words = useTexts(shell);
    return (
        <Empty title={words.notFound}>
            <p>{words.notFoundLead}</p>
            <p><a href={to("stores")}>{words.toStores}</a></p>
        </Empty>
    );
}
