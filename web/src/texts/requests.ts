// Texts of the query log.
import { countOf } from "../format";
import { texts } from "./text";

const REASONS: Record<number, string> = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 413: "Content Too Large", 415: "Unsupported Media Type",
    420: "Limit Exceeded", 423: "Locked", 500: "Internal Server Error", 503: "Service Unavailable",
};

/** "400 Bad Request" */
export function statusLine(status: number, none: string): string {
    return status === 0 ? none : `${status} ${REASONS[status] ?? ""}`.trim();
}

export const requestsTexts = texts({
    title: "Query log",
    lead: "Requests to the public API as they are answered.",
    caption: "Requests, newest first",
    filters: "Filters",
    store: "Campaign ID",
    anyStore: "any",
    status: "Status",
    anyStatus: "any status",
    classes: { "2xx": "answered (2xx)", "4xx": "refused (4xx)", "5xx": "failed (5xx)" },
    method: "Method",
    anyMethod: "any method",
    time: "Time",
    times: { "": "any "
        + "time", 15: "last 15 "
        + "minutes", 60: "last "
        + "hour", 1440: "last "
        + "day", own: "from "
        + "… to" },
    from: "From",
    to: "To",
    pause: "Pause",
    goOn: "Go on",
    live: { off: "not "
        + "live", connecting: "connecting…", open: "live", refused: "not live: stockd "
        + "has no place for another reader now", paused: "paused" },
    held: (count: number) =>
        `${countOf(count, "en", { one: "new request", many: "new requests" })}: show`,
    older: "Older ones",
    gone: "That request is no longer in the log: it keeps the newest ones only.",
    at: "Time",
    request: "Request",
    who: "Token",
    took: "Took",
    milliseconds: "ms",
    left: "no answer",
    leftLong: "None: the sender had left",
    none: "No requests yet",
    noneLead: "As soon as a program asks the public API it shows here. Try it in the",
    console: "console",
    noneFound: "No request fits to the filters",
    clear: "Without filters",
    line: "Request line",
    sent: "Sent",
    campaign: "Store",
    business: "Business",
    caller: "Program",
    body: "Body",
    answer: "Answer",
    errors: "What was wrong, and what to do",
    advice: "What to do",
    fine: "Nothing to do: it was answered.",
    id: "ID in the log",
}, {
    title: "Журнал запросов",
    lead: "Запросы к публичному API по мере ответов.",
    caption: "Запросы, новые сверху",
    filters: "Фильтры",
    store: "ID кампании",
    anyStore: "любой",
    status: "Статус",
    anyStatus: "любой статус",
    classes: { "2xx": "выполнены (2xx)", "4xx": "отклонены (4xx)", "5xx": "сбой (5xx)" },
    method: "Метод",
    anyMethod: "любой метод",
    time: "Время",
    times: { "": "любое "
        + "время", 15: "последние 15 "
        + "минут", 60: "последний "
        + "час", 1440: "последние "
        + "сутки",
        own: "с … по" },
    from: "С",
    to: "По",
    pause: "Пауза",
    goOn: "Продолжить",
    live: { off: "не обновляется", connecting: "подключаемся…", open: "в прямом эфире",
        refused: "не обновляется: у stockd сейчас нет места для ещё одного читателя",
        paused: "на паузе" },
    held: (count) => `${countOf(count, "ru",
        { one: "новый запрос", few: "новых запроса", many: "новых запросов" })}: показать`,
    older: "Более ранние",
    gone: "Этого запроса в журнале уже нет: он хранит только последние.",
    at: "Время",
    request: "Запрос",
    who: "Токен",
    took: "Заняло",
    milliseconds: "мс",
    left: "без ответа",
    leftLong: "Нет: отправитель ушёл",
    none: "Запросов пока нет",
    noneLead: "Как только программа обратится к публичному API, запрос появится здесь. Попробуйте "
        + "в",
    console: "консоли",
    noneFound: "Под фильтры не подходит ни один запрос",
    clear: "Без фильтров",
    line: "Строка запроса",
    sent: "Отправлен",
    campaign: "Магазин",
    business: "Кабинет",
    caller: "Программа",
    body: "Тело",
    answer: "Ответ",
    errors: "Что не так и что делать",
    advice: "Что делать",
    fine: "Делать ничего не нужно: запрос выполнен.",
    id: "ID в журнале",
});
