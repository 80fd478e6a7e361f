// Texts of the page of stores.
import { countOf, formatCount } from "../format";
import { texts } from "./text";

export const storesTexts = texts({
    title: "Stores",
    search: "Name or ID of a store or a warehouse",
    caption: "Stores with their balances",
    store: "Store",
    campaignId: "Campaign ID",
    model: "Model",
    place: "Warehouse",
    group: (name: string) => `Group ${name}`,
    skus: "SKUs",
    available: "Available",
    reserved: "Reserved",
    updated: "Last update",
    never: "not yet",
    counting: "being counted",
    spark: (count: number, most: number) => `Updates of the last two hours, a bar for each five `
        + `minutes: ${countOf(count, "en", { one: "SKU", many: "SKUs" })} in all, at most `
        + `${formatCount(most, "en")} in one bar`,
    sparkShort: (count: string) => `${count} in 2 hours`,
    copyId: (id: number, store: string) => `Campaign ID ${id} of ${store}`,
    links: "Go to",
    idTitle: "A campaign ID is not a store number.",
    idNote: "Requests want the campaign ID, copied from here. The number that the Market's seller "
        + "account shows beside a store's name, and in some of its reports, is another one: with "
        + "it a request fails, or reaches somebody else's store.",
    none: "There are no stores yet",
    noneLead: "Name them in a registry file and start stockd with --registry, or send it with",
    noneFound: "No store is called that",
    noneFoundLead: "Search by name, by campaign ID, or by a warehouse.",
}, {
    title: "Магазины",
    search: "Название или ID магазина либо склада",
    caption: "Магазины и их остатки",
    store: "Магазин",
    campaignId: "ID кампании",
    model: "Модель",
    place: "Склад",
    group: (name) => `Группа ${name}`,
    skus: "SKU",
    available: "Доступно",
    reserved: "В резерве",
    updated: "Обновлено",
    never: "ещё нет",
    counting: "считается",
    spark: (count, most) => `Обновления за два часа, столбик на каждые пять минут: всего `
        + `${formatCount(count, "ru")} SKU, в одном столбике до ${formatCount(most, "ru")}`,
    sparkShort: (count) => `${count} за 2 часа`,
    copyId: (id, store) => `ID кампании ${id} магазина ${store}`,
    links: "Перейти",
    idTitle: "ID кампании — это не номер магазина.",
    idNote: "В запросах нужен ID кампании: скопируйте его здесь. Номер рядом с названием магазина "
        + "в кабинете Маркета и в некоторых отчётах — другой: запрос с ним не пройдёт или "
        + "попадёт в чужой магазин.",
    none: "Магазинов пока нет",
    noneLead: "Опишите их в файле реестра и запустите stockd с --registry или отправьте командой",
    noneFound: "Такого магазина нет",
    noneFoundLead: "Ищите по названию, по ID кампании или по складу.",
});
