// A moment: how long ago, with the exact one as a hint, or the exact one.
import { formatAgo, formatMoment, formatMomentLong } from "../format";
import { useLanguage } from "../preferences";

export function Ago({ at }: { at: string }) {
    const language = useLanguage();
    return <time dateTime={at} title={formatMomentLong(at, language)}>
        {formatAgo(at, Date.now(), language)}
    </time>;
}

export function Moment({ at }: { at: string }) {
    const language = useLanguage();
    return <time dateTime={at} title={formatMomentLong(at, language)}>
        {formatMoment(at, language)}
    </time>;
}
