// What a step chart draws, out of changes that come newest first.
import assert from "node:assert/strict";
import { test } from "node:test";

import type { Change } from "../src/documents";
import { courseOf, stepsOf } from "../src/history_series";

const FROM = Date.parse("2026-11-23T10:00:00Z") / 1000;
const NOW = { at: FROM + 3600, available: 7, freeze: 1 };

function change(minute: number, numbers: Partial<Change>): Change {
    return {
        at: new Date((FROM + minute * 60) * 1000).toISOString(), kind: "WRITE", source: "API",
        ...numbers,
    };
}

test("changes become points, oldest first", () => {
    const changes = [change(20, { available: 7, freeze: 1 }),
        change(10, { available: 8, freeze: 0 })];
    assert.deepEqual(courseOf(changes, change(-5, { available: 3, freeze: 2 }), FROM, NOW), {
        at: [FROM, FROM + 600, FROM + 1200, FROM + 3600],
        available: [3, 8, 7, 7],
        freeze: [2, 0, 1, 1],
    });
});

test("where nobody knows what was before, the first change is the beginning", () => {
    const course = courseOf([change(10, { available: 7, freeze: 1 })], undefined, FROM, NOW);
    assert.deepEqual([course.at, course.available], [[FROM + 600, FROM + 3600], [7, 7]]);
});

test("a mark leaves no point", () => {
    const changes = [change(30, { kind: "MARK", set: ["HIDDEN"] }),
        change(10, { available: 7, freeze: 1 })];
    assert.deepEqual(courseOf(changes, undefined, FROM, NOW).at, [FROM + 600, FROM + 3600]);
});

test("of several changes in one moment the last one counts", () => {
    const changes = [change(10, { available: 7, freeze: 1 }),
        change(10, { available: 9, freeze: 0 })];
    assert.deepEqual(courseOf(changes, undefined, FROM, NOW), {
        at: [FROM + 600, FROM + 3600], available: [7, 7], freeze: [1, 1],
    });
});

test("without a change the line is straight", () => {
    assert.deepEqual(courseOf([], undefined, FROM, NOW), {
        at: [FROM, FROM + 3600], available: [7, 7], freeze: [1, 1],
    });
});

test("a clock of stockd that is ahead of the browser's still makes a line that grows", () => {
    const course = courseOf([change(61, { available: 7, freeze: 1 })], undefined, FROM, NOW);
    assert.deepEqual(course.at, [FROM + 3660]);
});

test("a step is what a change moved, over marks that move nothing", () => {
    const changes = [change(30, { available: 4, freeze: 3 }), change(20, { kind: "MARK" }),
        change(10, { available: 7, freeze: 0 })];
    assert.deepEqual(stepsOf(changes, undefined)
        .map(({ number, available, freeze }) => [number, available, freeze]),
        [[0, -3, 3], [1, undefined, undefined], [2, undefined, undefined]]);
    assert.deepEqual(stepsOf(changes, change(-5, { available: 10, freeze: 0 }))
        .map(({ available, freeze }) => [available, freeze]),
        [[-3, 3], [undefined, undefined], [-3, 0]]);
});
