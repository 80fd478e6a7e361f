// The course of a SKU's numbers, out of its history: what a step chart draws. Pure.
import type { Change } from "./documents";

export interface Course {
    /** Seconds since 1970, ascending. */
    at: number[];
    /** What was there from that moment on; null where nobody knows. */
    available: (number | null)[];
    freeze: (number | null)[];
}

export interface Numbers {
    available: number;
    freeze: number;
}

const seconds = (at: string) => Date.parse(at) / 1000;

/** `changes` newest first, as the API gives them; `before` is the last one ahead of `from`; `now`
 *  closes the line at its right end. Without `before` it starts with the first change: a SKU of an
 *  hour is no dot at the end of a week. Changes that touch no number (marks) leave no point. */
export function courseOf(changes: Change[], before: Change | undefined, from: number,
                         now: Numbers & { at: number }): Course {
    const course: Course = { at: [], available: [], freeze: [] };
    let last: { available: number | null; freeze: number | null } = {
        available: before?.available ?? null, freeze: before?.freeze ?? null,
    };
    const point = (at: number) => {
        // A chart wants moments that grow; of several changes in one the last one counts.
        const same = course.at[course.at.length - 1] === at;
        const place = same ? course.at.length - 1 : course.at.length;
        course.at[place] = at;
        course.available[place] = last.available;
        course.freeze[place] = last.freeze;
    };
    if (before?.available !== undefined) {
        point(from);
    }
    for (let index = changes.length - 1; index >= 0; index--) {
        const change = changes[index];
        if (change?.available === undefined) {
            continue;
        }
        last = { available: change.available, freeze: change.freeze ?? last.freeze };
        point(Math.max(from, seconds(change.at)));
    }
    last = { available: now.available, freeze: now.freeze };
    if (course.at.length === 0) {
        // Nothing is known to have changed: it is now as it was.
        return { at: [from, now.at], available: [now.available, now.available],
            freeze: [now.freeze, now.freeze] };
    }
    point(Math.max(now.at, course.at[course.at.length - 1] ?? from));
    return course;
}

/** A change with what it moved: absent where what was there before is not known. */
export interface Step {
    /** From 0, the newest first. */
    number: number;
    change: Change;
    available?: number | undefined;
    freeze?: number | undefined;
}

/** `changes` newest first; `before` is the last one ahead of them. A mark may touch no number: what
 *  counts then is the next older change that has one. */
export function stepsOf(changes: Change[], before: Change | undefined): Step[] {
    const steps: Step[] = [];
    let older: { available?: number | undefined; freeze?: number | undefined } = before ?? {};
    const less = (now: number | undefined, then: number | undefined) =>
        now === undefined || then === undefined ? undefined : now - then;
    for (let number = changes.length - 1; number >= 0; number--) {
        const change = changes[number];
        if (change === undefined) {
            continue;
        }
        const { available, freeze } = change;
        steps.push({ number, change, available: less(available, older.available),
            freeze: less(freeze, older.freeze) });
        older = { available: available ?? older.available, freeze: freeze ?? older.freeze };
    }
    return steps.reverse();
}
