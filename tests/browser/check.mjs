// What tests insist on, in words.

export function equal(found, wanted, what) {
    if (found !== wanted) {
        throw new Error(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
    }
}

export function includes(text, part) {
    if (!text.includes(part)) {
        throw new Error(`no ${JSON.stringify(part)} in ${JSON.stringify(text)}`);
    }
}

export function atMost(number, limit, what) {
    if (!(number <= limit)) {
        throw new Error(`${what}: ${number}, at most ${limit}`);
    }
}
