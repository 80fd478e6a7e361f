// What is suspicious about a file: what will not be written first, then what is only worth a look;
// of each kind its meaning, what to do, and the first places.
import { formatCount } from "../format";
import { useLanguage } from "../preferences";
import { findingTexts } from "../texts/findings";
import { uploadTexts } from "../texts/upload";
import { useTexts } from "../texts/text";
import type { Finding } from "../upload_documents";

/** So many are shown without a press. */
const SHOWN = 3;

export function UploadFindings({ findings }: { findings: Finding[] }) {
    const words = useTexts(uploadTexts);
    return (
        <section class="card upload-findings">
            <h2>{words.suspicious}</h2>
            {findings.length === 0 && <p class="muted">{words.fine}</p>}
            {(["error", "warning"] as const).map((severity) => {
                const some = findings.filter((finding) => finding.severity === severity);
                return some.length > 0 && <section key={severity}>
                    <h3 class={severity}>{words.groups[severity]}</h3>
                    {some.map((finding) => <Kind key={finding.kind} finding={finding} />)}
                </section>;
            })}
        </section>
    );
}

function Kind({ finding }: { finding: Finding }) {
    const words = useTexts(uploadTexts);
    const texts = useTexts(findingTexts)[finding.kind];
    const language = useLanguage();
    const { count, examples, severity } = finding;
    const what = texts?.what ?? finding.what;
    const unnamed = count - examples.length;
    return (
        <div class="finding">
            <p><span class={`tag ${severity === "error" ? "bad" : "warn"}`}>
                {formatCount(count, language)}</span> {what}</p>
            {texts && <p class="muted">{texts.todo}</p>}
            <Examples examples={examples.slice(0, SHOWN)} label={words.examples(what)} />
            {examples.length > SHOWN && <details>
                <summary>{words.moreExamples}</summary>
                <Examples examples={examples.slice(SHOWN)} label={words.examples(what)} />
                {unnamed > 0 && <p class="muted">{words.others(formatCount(unnamed, language))}</p>}
            </details>}
        </div>
    );
}

function Examples({ examples, label }: { examples: Finding["examples"]; label: string }) {
    return (
        <ul aria-label={label}>
            {examples.map(({ place, text }, index) => <li key={index}>
                <span class="muted">{place}</span> <span class="code">{text}</span>
            </li>)}
        </ul>
    );
}
