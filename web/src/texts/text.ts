// Texts come in tables, one a page or part, each with a column a language of the same shape: a text
// that is missing in one of them does not compile.
import { type Language, useLanguage } from "../preferences";

export type Texts<T> = Record<Language, T>;

export function texts<T>(en: T, ru: NoInfer<T>): Texts<T> {
    return { en, ru };
}

export function useTexts<T>(table: Texts<T>): T {
    return table[useLanguage()];
}
