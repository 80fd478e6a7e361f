// What the tests take from Node, without a package for its types.
declare module "node:test" {
    export function test(name: string, body: () => void): void;
}
declare module "node:assert/strict" {
    const assert: {
        equal(actual: unknown, expected: unknown): void;
        deepEqual(actual: unknown, expected: unknown): void;
    };
    export default assert;
}
declare module "node:fs" {
    export function readFileSync(path: string, encoding: "utf8"): string;
}
