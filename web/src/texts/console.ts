// Texts of the console around Swagger UI, whose own are English, like the API's.
import { texts } from "./text";

export const consoleTexts = texts({
    title: "Console",
    lead: "Every method, to be tried against this stockd: what you send here changes its "
        + "balances. Methods of the public API are called with the token, those under /api/v1 "
        + "with your session.",
    token: "Api-Key",
    tokenHint: "Kept in this tab only, until it is closed.",
    use: "Use",
    used: "The token is filled in",
    noToken: "No token yet?",
    toTokens: "Make one",
}, {
    title: "Консоль",
    lead: "Все методы, чтобы попробовать на этом stockd: отправленное здесь меняет его остатки. "
        + "Публичный API вызывается с токеном, методы /api/v1 — с вашим сеансом. Описания — на "
        + "английском, как и API.",
    token: "Api-Key",
    tokenHint: "Хранится только в этой вкладке, пока она открыта.",
    use: "Применить",
    used: "Токен подставлен",
    noToken: "Ещё нет токена?",
    toTokens: "Создать",
});
