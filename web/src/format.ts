// Numbers, dates and plurals in the words of a language. Pure; the clock is the caller's.
import type { Language } from "./preferences";

const LOCALES: Record<Language, string> = { en: "en-GB", ru: "ru-RU" };

function kept<T>(make: (locale: string) => T): (language: Language) => T {
    const made: Partial<Record<Language, T>> = {};
    return (language) => (made[language] ??= make(LOCALES[language]));
}

const integers = kept((locale) => new Intl.NumberFormat(locale, { useGrouping: true }));
const decimals = kept((locale) => new Intl.NumberFormat(locale, { maximumSignificantDigits: 3 }));
const moments = kept((locale) => new Intl.DateTimeFormat(locale,
    { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" }));
const longMoments = kept((locale) => new Intl.DateTimeFormat(locale,
    { dateStyle: "long", timeStyle: "long" }));
const clocks = kept((locale) => new Intl.DateTimeFormat(locale,
    { hour: "2-digit", minute: "2-digit" }));
const clocksToSecond = kept((locale) => new Intl.DateTimeFormat(locale,
    { hour: "2-digit", minute: "2-digit", second: "2-digit" }));
const days = kept((locale) => new Intl.DateTimeFormat(locale, { day: "numeric", month: "short" }));
const distances = kept((locale) => new Intl.RelativeTimeFormat(locale, { numeric: "auto" }));
const plurals = kept((locale) => new Intl.PluralRules(locale));

/** 1234567 → 1,234,567 */
export function formatCount(value: number, language: Language): string {
    return integers(language).format(value);
}

/** Three digits that count: 0.0123, 12.3, 1,230 */
export function formatDecimal(value: number, language: Language): string {
    return Math.abs(value) >= 1000 ? formatCount(Math.round(value), language)
        : decimals(language).format(value);
}

const BYTE_UNITS: Record<Language, string[]> = {
    en: ["B", "KB", "MB", "GB", "TB"],
    ru: ["Б", "КБ", "МБ", "ГБ", "ТБ"],
};

/** 1536 → 1.5 KB */
export function formatBytes(value: number, language: Language): string {
    let unit = 0;
    let scaled = value;
    while (scaled >= 1000 && unit < 4) {
        scaled /= 1024;
        unit++;
    }
    return `${formatDecimal(scaled, language)}\u00a0${BYTE_UNITS[language][unit]}`;
}

/** Day, month and time to the second, in the browser's time zone. */
export function formatMoment(at: string | number, language: Language): string {
    return moments(language).format(new Date(at));
}

/** The same with year and zone: for a hint. */
export function formatMomentLong(at: string | number, language: Language): string {
    return longMoments(language).format(new Date(at));
}

export function formatClock(at: number, language: Language, seconds = false): string {
    return (seconds ? clocksToSecond : clocks)(language).format(at);
}

export function formatDay(at: number, language: Language): string {
    return days(language).format(at);
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
    ["second", 1000], ["minute", 60_000], ["hour", 3_600_000], ["day", 86_400_000],
    ["month", 30 * 86_400_000], ["year", 365 * 86_400_000],
];

/** "5 minutes ago"; a moment that is to come is told as such. */
export function formatAgo(at: string | number, now: number, language: Language): string {
    const distance = new Date(at).getTime() - now;
    let [unit, size] = STEPS[0]!;
    for (const step of STEPS) {
        if (Math.abs(distance) >= step[1]) {
            [unit, size] = step;
        }
    }
    return distances(language).format(Math.trunc(distance / size), unit);
}

/** "1 SKU", "2 SKUs": the form of the language's rules behind the number. */
export function countOf(value: number, language: Language, forms: Plural): string {
    return `${formatCount(value, language)}\u00a0${formOf(value, language, forms)}`;
}

/** The form alone. */
export function formOf(value: number, language: Language, forms: Plural): string {
    const rule = plurals(language).select(value);
    return rule === "one" ? forms.one : rule === "few" ? forms.few ?? forms.many : forms.many;
}

/** English has `one` and `many`; Russian also `few` (2, 3, 4, 22…). */
export interface Plural {
    one: string;
    few?: string;
    many: string;
}
