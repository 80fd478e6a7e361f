/* Rows of options that several subcommands have. */
#include "ctl/option_rows.h"

#include "base/limits.h"

/* clang-format off */
const struct option_row remote_options[] = {
    {.name = "url", .value_name = "URL", .kind = OPTION_TEXT, OPTION_MEMBER(url),
     .in_profile = true,
     .standard = "http://127.0.0.1:8080", .environment = "STOCKCTL_URL",
     .help = "where the API is"},
    {.name = "token-file", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(token_file),
     .in_profile = true, .is_path = true,
     .help = "holds the token; or STOCKCTL_TOKEN is the token itself"},
    {.name = "ca-file", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(ca_file),
     .in_profile = true, .is_path = true,
     .help = "certificates (PEM) to trust in the server; the system's otherwise"},
    {.name = "auth", .value_name = "api-key|oauth", .kind = OPTION_CHOICE, OPTION_MEMBER(auth),
     .in_profile = true, .standard = "api-key", .help = "how the token is sent"},
    {.name = "retries", .value_name = "N", .kind = OPTION_NUMBER, .min = 0, .max = 1000,
     .in_profile = true, OPTION_MEMBER(retries_max), .standard = "10",
     .help = "attempts after a failed one, in a row"},
    {.name = "timeout", .value_name = "SECONDS", .kind = OPTION_NUMBER, .min = 1, .max = 3600,
     .in_profile = true, OPTION_MEMBER(timeout_s), .standard = "30", .help = "for one attempt"},
    {.name = NULL},
};

const struct option_row operator_options[] = {
    {.name = "operator-url", .value_name = "URL", .kind = OPTION_TEXT, OPTION_MEMBER(url),
     .standard = "http://127.0.0.1:8081", .environment = "STOCKCTL_OPERATOR_URL",
     .help = "where the operator's API is"},
    {.name = "operator-token-file", .value_name = "FILE", .kind = OPTION_TEXT,
     OPTION_MEMBER(token_file),
     .help = "holds its token; or STOCKCTL_OPERATOR_TOKEN is the token itself"},
    {.name = "ca-file", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(ca_file),
     .help = "certificates (PEM) to trust in the server; the system's otherwise"},
    {.name = "retries", .value_name = "N", .kind = OPTION_NUMBER, .min = 0, .max = 1000,
     OPTION_MEMBER(retries_max), .standard = "10", .help = "attempts after a failed one, in a row"},
    {.name = "timeout", .value_name = "SECONDS", .kind = OPTION_NUMBER, .min = 1, .max = 3600,
     OPTION_MEMBER(timeout_s), .standard = "30", .help = "for one attempt"},
    {.name = NULL},
};

const struct option_row campaign_options[] = {
    {.name = "campaign", .value_name = "ID", .kind = OPTION_NUMBER, .min = 1, .max = INT64_MAX,
     .in_profile = true, .required = true, OPTION_MEMBER(campaign_id),
     .help = "campaignId of the store"},
    {.name = NULL},
};

const struct option_row campaigns_options[] = {
    {.name = "campaign", .value_name = "ID", .kind = OPTION_NUMBERS, .min = 1, .max = INT64_MAX,
     .in_profile = true, .many_lines = true, .required = true, OPTION_MEMBER(campaigns),
     .help = "campaignId of the store; of several: given again"},
    {.name = "group", .value_name = "ID+ID", .kind = OPTION_TEXT, OPTION_MEMBER(group),
     .in_profile = true, .many_lines = true,
     .help = "campaigns that share their stock, or none; the server is asked otherwise"},
    {.name = NULL},
};

const struct option_row profile_options[] = {
    {.name = "profile", .value_name = "NAME", .kind = OPTION_TEXT, OPTION_MEMBER(profile_name),
     .help = "take what the command line does not say from there"},
    {.name = "config", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(config_path),
     .environment = "STOCKCTL_CONFIG",
     .help = "holds the profiles [~/.config/stockctl/config]"},
    {.name = NULL},
};

const struct option_row input_options[] = {
    {.name = "file", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(file),
     .in_profile = true, .is_path = true, .is_source = true, .help = "the same as FILE"},
    {.name = "format", .value_name = "auto|csv|xlsx|yml", .kind = OPTION_CHOICE,
     OPTION_MEMBER(source_form), .standard = "auto", .in_profile = true,
     .help = "form of what is read"},
    {.name = "encoding", .value_name = "auto|utf-8|windows-1251|utf-16", .kind = OPTION_CHOICE,
     OPTION_MEMBER(source_encoding), .standard = "auto", .in_profile = true, .help = "of a CSV"},
    {.name = "sheet", .value_name = "NAME", .kind = OPTION_TEXT, OPTION_MEMBER(sheet),
     .in_profile = true, .help = "of an XLSX; its first visible one otherwise"},
    {.name = "sku-column", .value_name = "NAME", .kind = OPTION_TEXT, OPTION_MEMBER(sku_column),
     .in_profile = true, .help = "the column of the SKU, where it has no usual name"},
    {.name = "count-column", .value_name = "NAME", .kind = OPTION_TEXT,
     OPTION_MEMBER(count_column), .in_profile = true, .help = "likewise the count's"},
    {.name = "updated-at-column", .value_name = "NAME", .kind = OPTION_TEXT,
     OPTION_MEMBER(updated_at_column), .in_profile = true, .help = "likewise updatedAt's"},
    {.name = "outlets", .kind = OPTION_FLAG, OPTION_MEMBER(outlets),
     .in_profile = true, .help = "of a YML: the sum of <outlet instock> instead of <count>"},
    {.name = "outlet", .value_name = "NAME", .kind = OPTION_TEXT, OPTION_MEMBER(outlet),
     .in_profile = true, .help = "of a YML: <outlet instock> with this warehouse_name"},
    {.name = "command", .value_name = "COMMAND", .kind = OPTION_TEXT,
     OPTION_MEMBER(source_command),
     .in_profile = true, .many_lines = true, .is_source = true,
     .help = "instead of FILE: what the shell command prints, once it ended well"},
    {.name = "query", .value_name = "SQL", .kind = OPTION_TEXT, OPTION_MEMBER(source_query),
     .in_profile = true, .many_lines = true, .is_source = true,
     .help = "instead of FILE: what a PostgreSQL answers"},
    {.name = "from-book", .kind = OPTION_FLAG, OPTION_MEMBER(from_book),
     .in_profile = true, .is_source = true,
     .help = "instead of FILE: the balances of the ledger (stockctl balance)"},
    {.name = "database", .value_name = "URL", .kind = OPTION_TEXT, OPTION_MEMBER(database),
     .in_profile = true, .help = "where: postgresql://user@host/name, without a password"},
    {.name = "database-file", .value_name = "FILE", .kind = OPTION_TEXT,
     OPTION_MEMBER(database_file),
     .in_profile = true, .is_path = true,
     .help = "holds the URL, with one; or STOCKCTL_DATABASE is the URL"},
    {.name = NULL},
};

const struct option_row push_options[] = {
    {.name = "all", .kind = OPTION_FLAG, OPTION_MEMBER(send_all), .in_profile = true,
     .help = "send every row, not only what differs from what was sent before"},
    {.name = "now", .kind = OPTION_FLAG, OPTION_MEMBER(stamp_now), .in_profile = true,
     .help = "take the start of the push for every updatedAt"},
    {.name = "full", .kind = OPTION_FLAG, OPTION_MEMBER(full), .in_profile = true,
     .help = "what has stock and is not in FILE becomes 0, once somebody said yes"},
    {.name = "yes", .kind = OPTION_FLAG, OPTION_MEMBER(yes), .in_profile = true,
     .help = "says yes to --full, where nobody can be asked"},
    {.name = "max-zero", .value_name = "PERCENT", .kind = OPTION_PERCENT, .min = 0, .max = 100,
     .in_profile = true, OPTION_MEMBER(max_zero_percent), .standard = "20%",
     .help = "send nothing when more of what has stock would become 0; 100% lifts it"},
    {.name = NULL},
};

const struct option_row buffer_options[] = {
    {.name = "buffer", .value_name = "UNITS", .kind = OPTION_NUMBER, .min = 0,
     .max = STOCK_COUNT_MAX, .in_profile = true, OPTION_MEMBER(buffer), .standard = "0",
     .help = "so many of each SKU are kept back; never below zero"},
    {.name = NULL},
};

const struct option_row book_options[] = {
    {.name = "book", .value_name = "FILE", .kind = OPTION_TEXT, OPTION_MEMBER(book),
     .in_profile = true, .is_path = true, .environment = "STOCKCTL_BOOK",
     .help = "remembers what was sent [~/.local/state/stockctl/book.sqlite]"},
    {.name = "no-book", .kind = OPTION_FLAG, OPTION_MEMBER(no_book), .in_profile = true,
     .help = "remember nothing, as --book none"},
    {.name = NULL},
};

const struct option_row common_options[] = {
    {.name = "output", .value_name = "text|json", .kind = OPTION_CHOICE, OPTION_MEMBER(output_form),
     .standard = "text", .help = "form of the result; json: an object a line"},
    {.name = "quiet", .letter = 'q', .kind = OPTION_FLAG, OPTION_MEMBER(quiet),
     .help = "no progress; troubles are still told"},
    {.name = "help", .letter = 'h', .kind = OPTION_FLAG, OPTION_MEMBER(help), .help = "this text"},
    {.name = NULL},
};
const struct option_row list_options[] = {
    {.name = "output", .value_name = "text|json|csv", .kind = OPTION_CHOICE,
     OPTION_MEMBER(output_form), .standard = "text",
     .help = "form of the rows; json: an object a line"},
    {.name = "quiet", .letter = 'q', .kind = OPTION_FLAG, OPTION_MEMBER(quiet),
     .help = "no progress; troubles are still told"},
    {.name = "help", .letter = 'h', .kind = OPTION_FLAG, OPTION_MEMBER(help), .help = "this text"},
    {.name = NULL},
};
/* clang-format on */
