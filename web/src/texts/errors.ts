// What went wrong, and what to do about it, for any answer that is no success.
import { ApiError } from "../api";
import { texts } from "./text";

export interface Trouble {
    title: string;
    advice: string;
}

export const errors = texts({
    unreachable: {
        title: "stockd does not answer",
        advice: "It may be stopped, or the network is. Look whether it runs, then try again.",
    },
    badRequest: {
        title: "stockd does not understand that",
        advice: "Mend what it names and try again.",
    },
    signedOut: {
        title: "The session is over",
        advice: "Sign in again.",
    },
    forbidden: {
        title: "That is not allowed from here",
        advice: "Open the cabinet at stockd's own address, not through another page.",
    },
    notFound: {
        title: "There is nothing under that name",
        advice: "It may have been removed. Go back to the list and look there.",
    },
    conflict: {
        title: "It does not fit to what is there now",
        advice: "Read it anew, and decide again.",
    },
    tooLarge: {
        title: "That is too large",
        advice: "Send less at a time.",
    },
    tooMany: {
        title: "Too much at once",
        advice: "Wait for a minute, then try again.",
    },
    unavailable: {
        title: "stockd cannot do that just now",
        advice: "It is starting, busy, or its disk or database has no room. The page Health tells; "
            + "then try again.",
    },
    other: {
        title: "Something went wrong",
        advice: "Try again; if it stays, look into stockd's log.",
    },
}, {
    unreachable: {
        title: "stockd не отвечает",
        advice: "Он остановлен, или нет сети до него. Проверьте, работает ли он, и повторите.",
    },
    badRequest: {
        title: "stockd не понял запрос",
        advice: "Исправьте то, что он назвал, и повторите.",
    },
    signedOut: {
        title: "Сеанс закончился",
        advice: "Войдите снова.",
    },
    forbidden: {
        title: "Отсюда это запрещено",
        advice: "Откройте кабинет по адресу самого stockd, а не через другую страницу.",
    },
    notFound: {
        title: "Такого здесь нет",
        advice: "Возможно, это удалили. Вернитесь к списку и посмотрите там.",
    },
    conflict: {
        title: "Это не сходится с тем, что есть сейчас",
        advice: "Прочитайте заново и решите ещё раз.",
    },
    tooLarge: {
        title: "Слишком много данных",
        advice: "Отправьте меньше за раз.",
    },
    tooMany: {
        title: "Слишком много сразу",
        advice: "Подождите минуту и повторите.",
    },
    unavailable: {
        title: "stockd сейчас не может этого сделать",
        advice: "Он запускается, занят, или на диске либо в базе нет места. Смотрите раздел "
            + "«Состояние» и повторите.",
    },
    other: {
        title: "Что-то пошло не так",
        advice: "Повторите; если не поможет, посмотрите журнал stockd.",
    },
});

const BY_STATUS: Record<number, keyof typeof errors.en> = {
    0: "unreachable", 400: "badRequest", 401: "signedOut", 403: "forbidden", 404: "notFound",
    409: "conflict", 413: "tooLarge", 420: "tooMany", 429: "tooMany", 503: "unavailable",
};

export function troubleOf(error: unknown): keyof typeof errors.en {
    return error instanceof ApiError ? BY_STATUS[error.status] ?? "other" : "other";
}
