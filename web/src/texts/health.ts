// Texts of the page of health: under each chart what is normal, and what to do when it is not.
import { texts } from "./text";

interface ChartTexts {
    title: string;
    /** What is normal. */
    normal: string;
}

export const healthTexts = texts({
    title: "Health",
    ready: "Ready: writes are taken",
    notReady: "Writes are refused",
    notReadyLead: "The disk has no room, or the database is not reached. Reads may still be "
        + "answered. See the log of stockd; docs/operating.md §5 and §15 say what to do.",
    lastHour: "The last hour, a sample each ten seconds",
    fresh: "stockd has just started: the charts fill up as time goes by.",
    unknown: "stockd does not answer",
    unknownLead: "Whether writes are taken is not known. Look whether it runs; these charts go on "
        + "when it does.",
    look: "look here",
    toLog: "To the refused requests",
    chart: (title: string, now: string, least: string, most: string) =>
        `${title}: now ${now}; in the last hour from ${least} to ${most}`,
    mean: "mean",
    longest: "longest",
    inUse: "in use",
    waiting: "statements that wait",
    charts: {
        requests: {
            title: "Requests a second",
            normal: "As your clients call. A fall to nothing with clients at work means that they "
                + "do not get through.",
        },
        skus: {
            title: "SKUs written a second",
            normal: "Peaks when a whole file comes. Millions are possible; a few thousand are no "
                + "load.",
        },
        refusals: {
            title: "Refusals a second",
            normal: "Near zero. More: somebody's key, limit or request is wrong. The query log, "
                + "status 4xx, shows whose.",
        },
        commit: {
            title: "Time to make a batch durable, ms",
            normal: "Below 5 on an SSD, 10 to 30 on a spinning disk. Each answer to a write waits "
                + "for one of these.",
        },
        batch: {
            title: "Records in a batch",
            normal: "1 when it is quiet, more under load: one sync serves many requests.",
        },
        memory: {
            title: "Memory",
            normal: "About 40 bytes a SKU and 20 MB, more while large requests are in work. A "
                + "steady climb without new SKUs is not normal.",
        },
        journal: {
            title: "Journal on disk",
            normal: "A saw: it grows until a checkpoint is made (256 MB), then falls. Growth "
                + "without end means that checkpoints fail.",
        },
        cells: {
            title: "SKUs kept",
            normal: "Each SKU counts once a warehouse or group. It grows with new SKUs, and never "
                + "by itself.",
        },
        connections: {
            title: "Connections of clients",
            normal: "Below --connections (1000), or new ones are turned away.",
        },
        pool: {
            title: "Connections to the database",
            normal: "All in use and statements that wait: raise --store-connections, or the "
                + "database is slow.",
        },
        roundTrip: {
            title: "Round trip to the database, ms",
            normal: "1 to 5 in one network. It is the time that each request waits at least.",
        },
    } as Record<string, ChartTexts>,
}, {
    title: "Состояние",
    ready: "Готов: запись принимается",
    notReady: "Запись не принимается",
    notReadyLead: "Нет места на диске, или база недоступна. Чтение, возможно, работает. Смотрите "
        + "журнал stockd; что делать, сказано в docs/operating.md §5 и §15.",
    lastHour: "Последний час, замер каждые десять секунд",
    fresh: "stockd только что запущен: графики заполнятся со временем.",
    unknown: "stockd не отвечает",
    unknownLead: "Принимается ли запись, неизвестно. Проверьте, работает ли он; графики "
        + "продолжатся, когда он ответит.",
    look: "проверьте",
    toLog: "К отклонённым запросам",
    chart: (title, now, least, most) =>
        `${title}: сейчас ${now}; за последний час от ${least} до ${most}`,
    mean: "среднее",
    longest: "наибольшее",
    inUse: "занято",
    waiting: "запросов ждёт",
    charts: {
        requests: {
            title: "Запросов в секунду",
            normal: "Как вызывают ваши программы. Ноль при работающих программах значит, что они "
                + "не доходят.",
        },
        skus: {
            title: "Записано SKU в секунду",
            normal: "Пики, когда приходит целый файл. Возможны миллионы; несколько тысяч — не "
                + "нагрузка.",
        },
        refusals: {
            title: "Отказов в секунду",
            normal: "Около нуля. Больше — у кого-то неверный ключ, лимит или запрос. Чей, видно в "
                + "журнале запросов, статус 4xx.",
        },
        commit: {
            title: "Сохранение пачки на диск, мс",
            normal: "До 5 на SSD, 10–30 на обычном диске. Каждый ответ на запись ждёт одного "
                + "такого сохранения.",
        },
        batch: {
            title: "Записей в пачке",
            normal: "1 в тишине, больше под нагрузкой: диск спрашивают один раз за много запросов.",
        },
        memory: {
            title: "Память",
            normal: "Около 40 байт на SKU и 20 МБ, больше при крупных запросах. Постоянный рост "
                + "без новых SKU — не норма.",
        },
        journal: {
            title: "Журнал на диске",
            normal: "Пила: растёт до контрольной точки (256 МБ) и падает. Рост без конца значит, "
                + "что контрольные точки не удаются.",
        },
        cells: {
            title: "Хранится SKU",
            normal: "Каждый SKU считается один раз на склад или группу. Растёт с новыми SKU, но не "
                + "сам.",
        },
        connections: {
            title: "Соединения клиентов",
            normal: "Меньше --connections (1000), иначе новым отказывают.",
        },
        pool: {
            title: "Соединения с базой",
            normal: "Все заняты, и запросы ждут — увеличьте --store-connections, или база "
                + "медленная.",
        },
        roundTrip: {
            title: "Время ответа базы, мс",
            normal: "1–5 в одной сети. Столько ждёт каждый запрос самое меньшее.",
        },
    },
});
