// Small things to press and type into: a search field, chips, a copy button, a segmented switch.
import { useEffect, useRef, useState } from "preact/hooks";

import { shell } from "../texts/shell";
import { useTexts } from "../texts/text";
import { Icon } from "./icons";
import { tell } from "./toast";

/** Its key is "/" wherever nothing else is typed into. */
export function SearchField({ label, value, onChange }:
    { label: string; value: string; onChange: (value: string) => void }) {
    const words = useTexts(shell);
    const field = useRef<HTMLInputElement>(null);
    useEffect(() => {
        const listen = (event: KeyboardEvent) => {
            const at = event.target as HTMLElement;
            if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) {
                event.preventDefault();
                field.current?.focus();
            }
        };
        addEventListener("keydown", listen);
        return () => removeEventListener("keydown", listen);
    }, []);
    return (
        <div class="search">
            <Icon name="search" />
            <input ref={field} type="search" aria-label={label} placeholder={label} value={value}
                autocomplete="off" spellcheck={false} maxLength={255}
                onInput={(event) => onChange(event.currentTarget.value)} />
            {value
                ? <button type="button" class="quiet" aria-label={words.clear}
                    onClick={() => { onChange(""); field.current?.focus(); }}>
                    <Icon name="close" /></button>
                : <kbd aria-hidden="true">/</kbd>}
        </div>
    );
}

export interface Choice<Value extends string> {
    value: Value;
    label: string;
}

/** One of several, or none of them: pressing the chosen one again takes it back. */
export function Chips<Value extends string>({ label, choices, value, onChange }: {
    label: string;
    choices: Choice<Value>[];
    value: Value | "";
    onChange: (value: Value | "") => void;
}) {
    return (
        <div class="chips" role="group" aria-label={label}>
            {choices.map((choice) => (
                <button type="button" key={choice.value} aria-pressed={choice.value === value}
                    onClick={() => onChange(choice.value === value ? "" : choice.value)}>
                    {choice.label}
                </button>
            ))}
        </div>
    );
}

/** Exactly one of a few. */
export function Switch<Value extends string>({ label, choices, value, onChange }: {
    label: string; choices: Choice<Value>[]; value: Value; onChange: (value: Value) => void;
}) {
    return (
        <div class="switch" role="group" aria-label={label}>
            {choices.map((choice) => (
                <button type="button" key={choice.value} aria-pressed={choice.value === value}
                    onClick={() => onChange(choice.value)}>{choice.label}</button>
            ))}
        </div>
    );
}

/** Copies `text`; `what` names it for who does not see it. */
export function CopyButton({ text, what }: { text: string; what: string }) {
    const words = useTexts(shell);
    const [done, setDone] = useState(false);
    useEffect(() => {
        const timer = done ? setTimeout(() => setDone(false), 2000) : undefined;
        return () => clearTimeout(timer);
    }, [done]);
    const copy = async () => {
        if (await toClipboard(text)) {
            setDone(true);
            tell(words.copied(what));
        } else {
            tell(words.notCopied);
        }
    };
    return (
        <button type="button" class="quiet copy" title={words.copy}
            aria-label={`${words.copy}: ${what}`} onClick={() => void copy()}>
            <Icon name={done ? "check" : "copy"} />
        </button>
    );
}

/** The clipboard is for pages of TLS or the loopback; elsewhere the older way. */
async function toClipboard(text: string): Promise<boolean> {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const area = document.createElement("textarea");
        area.value = text;
        document.body.append(area);
        area.select();
        const copied = document.execCommand("copy");
        area.remove();
        return copied;
    }
}
