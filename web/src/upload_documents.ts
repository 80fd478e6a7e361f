// Documents of the upload API (openapi.yaml: Upload).

export interface Finding {
    kind: string;
    severity: "error" | "warning";
    count: number;
    what: string;
    examples: { place: string; text: string; row: number; sku?: string }[];
}

export interface Plan {
    changes: number;
    unchanged: number;
    stale: number;
    changed: number;
    new: number;
    toZero: number;
    zeroedByFull: number;
    unitsBefore: number;
    unitsAfter: number;
}

export interface Change {
    sku: string;
    /** Absent where the store had no number. */
    before?: number;
    after: number;
    kind: string;
}

/** How an upload stands. */
export interface UploadState {
    uploadId: string;
    name: string;
    state: "CHECKED" | "APPLYING" | "DONE" | "FAILED";
    done: number;
    total: number;
    stale: number;
    refusedCount: number;
    refused: { sku: string; text: string }[];
    problem?: string;
}

/** The same with what the check said. */
export interface Upload extends UploadState {
    /** CSV, XLSX or YML; older programs say more in it. */
    format: string;
    /** Of a CSV. */
    encoding?: string;
    delimiter?: string;
    /** Of an XLSX. */
    sheet?: string;
    rows: number;
    bad: number;
    skipped: number;
    findings: Finding[];
    plan: Plan;
    brake?: { inStock: number; toZero: number; share: number; limit: number };
    changes: Change[];
    obstacle?: string;
}
