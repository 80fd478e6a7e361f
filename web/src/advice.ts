// Which family an error of the public API belongs to: by its words, which docs/contract.md §0.5
// has, or else by the answer's status. What to do about each is in texts/advice.ts.
import type { adviceTexts } from "./texts/advice";

export type Family = keyof typeof adviceTexts.en;

interface Row {
    words: RegExp;
    family: Family;
}

// The first row that fits decides, so the particular stands before the general.
const ROWS: Row[] = [
    { words: /^Duplicate shop-sku /, family: "duplicateSku" },
    { words: /^Duplicate offerId/, family: "duplicateOffer" },
    { words: /^Unknown shop-sku /, family: "unknownSku" },
    { words: /should not be in the future/, family: "future" },
    { words: /should not be older than a day/, family: "old" },
    { words: /^JSON: |^Unexpected (end of content|character)/, family: "json" },
    { words: /^Required request body is missing/, family: "bodyMissing" },
    { words: /^The request is too big/, family: "tooBig" },
    { words: /^Campaign type is not allowed/, family: "model" },
    { words: /^(skus|skuItems) size must be .*\(rejected size: 0\)/, family: "noSkus" },
    { words: /size must be between .*\(rejected size:|^Value \/ length of /, family: "size" },
    { words: /^Bad page token/, family: "pageToken" },
    { words: /^Parameter limit must be |^Limit exceeded/, family: "limit" },
    { words: /X-Business-Id|^Type mismatch|^Required request parameter/, family: "parameter" },
    { words: /^Illegal input at /, family: "type" },
    { words: /must not be (null|empty)|must be not null|^Missing field/, family: "missing" },
    { words: /must be (greater|less) than|size must be between/, family: "bounds" },
    { words: /must match /, family: "pattern" },
    { words: /revoked/, family: "revoked" },
    { words: /^Api-Key token (format|length|prefix) invalid|invalid syntax|^Unsupported auth/,
      family: "malformedToken" },
    { words: /(is|are) not specified/, family: "noToken" },
    { words: /^Api-Key token is invalid/, family: "wrongToken" },
    { words: /^OAuth token is invalid|^Client id is invalid|^User account is disabled/,
      family: "oauth" },
    { words: /any of the scopes|^Scope is invalid/, family: "scopes" },
    { words: /disabled (due to|because)|manually disabled|not active/, family: "inactive" },
    { words: /^The method is deprecated/, family: "deprecated" },
    { words: /^No access to campaigns|^Access (denied|to API denied)/, family: "foreign" },
    { words: /^Campaign not found/, family: "noCampaign" },
    { words: /^Resource not found/, family: "noPath" },
    { words: /^Request method /, family: "verb" },
    { words: /^(Content type |Unknown content-type|Missing Content-Type)/, family: "contentType" },
    { words: /parallel requests/, family: "parallel" },
    { words: /^Hit rate limit/, family: "rate" },
    { words: / in (business )?migration/, family: "migration" },
    { words: /^Service temporarily unavailable/, family: "unavailable" },
];

const BY_CODE: Record<string, Family> = {
    CAMPAIGN_TYPE_NOT_SUPPORTED: "model",
    GROUPED_WAREHOUSE: "grouped",
    INVALID_WAREHOUSE_ID: "warehouse",
};

const BY_STATUS: Record<number, Family> = {
    0: "left", 400: "badRequest", 401: "wrongToken", 403: "foreign", 404: "noPath", 405: "verb",
    413: "tooBig", 415: "contentType", 420: "rate", 423: "migration", 499: "left",
    500: "internal", 503: "unavailable",
};

/** The family of one error; without words and code that of the status. */
export function familyOf(status: number, code = "", message = ""): Family {
    const row = ROWS.find(({ words }) => words.test(message));
    return BY_CODE[code] ?? row?.family ?? BY_STATUS[status] ?? "other";
}
