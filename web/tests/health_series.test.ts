// Samples that come later are put behind those that are known.
import assert from "node:assert/strict";
import { test } from "node:test";

import type { Health } from "../src/documents";
import { appended, withGaps } from "../src/health_series";

const BEGIN = Date.parse("2026-11-23T10:00:00Z");

/** One sample each ten seconds from `first` on, its value its number. */
function samples(first: number, count: number): Health {
    const numbers = Array.from({ length: count }, (_, index) => first + index);
    return {
        intervalMs: 10_000,
        at: numbers.map((number) => new Date(BEGIN + number * 10_000).toISOString()),
        series: { rate: numbers },
    };
}

test("the first answer is what is known", () => {
    assert.deepEqual(appended(undefined, samples(0, 3)), samples(0, 3));
});

test("a sample that comes again counts once", () => {
    assert.deepEqual(appended(samples(0, 3), samples(2, 2)), samples(0, 4));
});

test("no news change nothing", () => {
    assert.deepEqual(appended(samples(0, 3), samples(3, 0)), samples(0, 3));
});

test("what is older than an hour is left out", () => {
    assert.deepEqual(appended(samples(0, 360), samples(359, 11)), samples(10, 360));
});

test("series that were not known begin anew", () => {
    const news = { ...samples(5, 1), series: { other: [1] } };
    assert.deepEqual(appended(samples(0, 3), news), news);
});

test("a time without samples is a gap, and an interval that is a little late is none", () => {
    const moments = [0, 10, 22, 90, 100].map((at) => new Date(at * 1000).toISOString());
    const { at, valuesOf } = withGaps(
        { intervalMs: 10_000, at: moments, series: { requests_per_second: [1, 2, 3, 4, 5] } });
    assert.deepEqual(at, [0, 10, 22, 56, 90, 100]);
    assert.deepEqual(valuesOf("requests_per_second"), [1, 2, 3, null, 4, 5]);
    assert.deepEqual(valuesOf("unheard_of"), [null, null, null, null, null, null]);
});
