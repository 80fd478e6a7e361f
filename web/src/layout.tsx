// The frame: navigation at the side, a menu on a phone, switches, and the place for a page. After
// going to another page the focus is at its beginning, as after a click on a common link.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

import type { Session } from "./documents";
import { navigation, pageOf, pages } from "./pages";
import { Switch } from "./parts/controls";
import { Icon } from "./parts/icons";
import { Toast } from "./parts/toast";
import type { Colours, Language, Preferences } from "./preferences";
import { to, useRoute } from "./router";
import { shell } from "./texts/shell";
import { useTexts } from "./texts/text";

interface LayoutProps {
    preferences: Preferences;
    choose: (change: Partial<Preferences>) => void;
    session: Session | undefined;
    leave: () => void;
    children: ComponentChildren;
}

export function Layout({ preferences, choose, session, leave, children }: LayoutProps) {
    const words = useTexts(shell);
    const route = useRoute();
    const [open, setOpen] = useState(false);
    const main = useRef<HTMLElement>(null);
    const here = pages[pageOf(route)]?.nav;
    const path = [route.page, ...route.words].join("/");
    const shown = useRef(path);
    useEffect(() => {
        if (shown.current !== path) {
            shown.current = path;
            setOpen(false);
            main.current?.focus({ preventScroll: true });
            scrollTo(0, 0);
        }
    }, [path]);
    // Before the page's own effects, where it has a name of its own (parts/title.ts).
    useLayoutEffect(() => {
        document.title = here && session ? `${words.nav[here] ?? ""} · stockd` : "stockd";
    }, [path, words, session]);

    return (
        <div class="frame">
            <a class="skip" href="#main" onClick={(event) => {
                event.preventDefault();
                main.current?.focus();
            }}>{words.skip}</a>
            <header class={open ? "side open" : "side"}>
                <div class="side-top">
                    <a class="brand" href={to("stores")}><Mark />stockd</a>
                    <button type="button" class="quiet menu" aria-expanded={open}
                        aria-controls="side-body" aria-label={words.menu}
                        onClick={() => setOpen(!open)}>
                        <Icon name={open ? "close" : "menu"} />
                    </button>
                </div>
                <div class="side-body" id="side-body">
                    {session && <nav aria-label={words.pages}>
                        {navigation.map((name) => (
                            <a key={name} href={to(name)}
                                aria-current={name === here ? "page" : undefined}>
                                <Icon name={name} />{words.nav[name]}
                            </a>
                        ))}
                    </nav>}
                    <Switches preferences={preferences} choose={choose} />
                    {session && <button type="button" class="quiet leave" onClick={leave}>
                        <Icon name="leave" />{words.signOut}
                    </button>}
                    {session && <Foot session={session} />}
                </div>
            </header>
            <main id="main" ref={main} tabIndex={-1}>{children}</main>
            <Toast />
        </div>
    );
}

function Switches({ preferences, choose }: Pick<LayoutProps, "preferences" | "choose">) {
    const words = useTexts(shell);
    return (
        <div class="switches">
            <Switch<Language> label={words.language} value={preferences.language}
                choices={[{ value: "en", label: "English" }, { value: "ru", label: "Русский" }]}
                onChange={(language) => choose({ language })} />
            <label class="colours">
                <span>{words.colours}</span>
                <select value={preferences.colours} onChange={(event) =>
                    choose({ colours: event.currentTarget.value as Colours })}>
                    <option value="auto">{words.auto}</option>
                    <option value="light">{words.light}</option>
                    <option value="dark">{words.dark}</option>
                </select>
            </label>
        </div>
    );
}

function Foot({ session }: { session: Session }) {
    const words = useTexts(shell);
    const licences = document.querySelector<HTMLLinkElement>("link[rel=license]")?.href;
    return (
        <p class="foot">stockd {session.version} · <a href={licences}>{words.licences}</a></p>
    );
}

/** Three bars of a shelf. */
function Mark() {
    return (
        <svg class="mark" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <rect x="2" y="9" width="4" height="8" rx="1" />
            <rect x="8" y="3" width="4" height="14" rx="1" />
            <rect x="14" y="6" width="4" height="11" rx="1" />
        </svg>
    );
}
