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
    unreached: (url: string) => `There is no answer from ${url}`,
    unreachedSelf: "It may be stopped, or the network is. Look whether stockd runs, then try "
        + "again.",
    unreachedLead: "That is where this browser looks for the public API. If programs reach it at "
        + "another address – behind a proxy, by another name – start stockd with --public-url and "
        + "that address; if not, look whether --listen is open to this machine.",
    mixed: "This page came by HTTPS, and a browser calls no HTTP from it: give the public API a "
        + "certificate (--tls-cert) or an https --public-url.",
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
    unreached: (url) => `От ${url} нет ответа`,
    unreachedSelf: "Он остановлен, или нет сети до него. Проверьте, работает ли stockd, и "
        + "повторите.",
    unreachedLead: "По этому адресу браузер ищет публичный API. Если программы ходят по другому — "
        + "через прокси или другое имя, — запустите stockd с --public-url и тем адресом; если "
        + "нет, проверьте, открыт ли --listen для этой машины.",
    mixed: "Страница пришла по HTTPS, а с неё браузер не вызывает HTTP: дайте публичному API "
        + "сертификат (--tls-cert) или адрес https в --public-url.",
});
