// What a person chose for this browser, language and colours, kept in localStorage. A browser that
// keeps nothing (a private window may refuse) has the choice for as long as the page is open.
import { createContext } from "preact";
import { useContext } from "preact/hooks";

export type Language = "en" | "ru";
export type Colours = "auto" | "light" | "dark";

export interface Preferences {
    language: Language;
    colours: Colours;
}

const KEY = "stockd.preferences";

function fromBrowser(): Preferences {
    const russian = navigator.languages.find((tag) => /^(en|ru)\b/i.test(tag))?.startsWith("ru");
    return { language: russian ? "ru" : "en", colours: "auto" };
}

function read(): Preferences {
    const chosen = fromBrowser();
    try {
        const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Preferences>;
        if (kept.language === "en" || kept.language === "ru") {
            chosen.language = kept.language;
        }
        if (kept.colours === "light" || kept.colours === "dark") {
            chosen.colours = kept.colours;
        }
    } catch {
        // Nothing is kept, or not by us.
    }
    return chosen;
}

let current = read();

export function preferences(): Preferences {
    return current;
}

/** Keeps a choice and puts it in force; the caller draws anew. */
export function prefer(change: Partial<Preferences>): Preferences {
    current = { ...current, ...change };
    try {
        localStorage.setItem(KEY, JSON.stringify(current));
    } catch {
        // It holds for this page.
    }
    applyPreferences();
    return current;
}

/** Tells the document which language and colours it is in. */
export function applyPreferences(): void {
    const root = document.documentElement;
    root.lang = current.language;
    if (current.colours === "auto") {
        delete root.dataset.colours;
    } else {
        root.dataset.colours = current.colours;
    }
}

export const LanguageContext = createContext<Language>("en");

export function useLanguage(): Language {
    return useContext(LanguageContext);
}
