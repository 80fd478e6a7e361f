// What each kind of finding in an upload means, and what to do about it (src/sheet/finding.h has
// the kinds).
import { texts } from "./text";

export interface FindingTexts {
    what: string;
    todo: string;
}

export const findingTexts = texts<Record<string, FindingTexts>>({
    "sku-empty": {
        what: "a count without a SKU",
        todo: "Fill in the SKU, or delete the row.",
    },
    "sku-long": {
        what: "the SKU is longer than 255 characters",
        todo: "Two columns may have run into one. Shorten the SKU in your catalogue.",
    },
    "sku-broken": {
        what: "the SKU holds what is no text",
        todo: "Save the file again as UTF-8, or as XLSX.",
    },
    "sku-rounded": {
        what: "the spreadsheet keeps the SKU as a number and has rounded it",
        todo: "Format the column of SKUs as text, then enter these SKUs anew: their last digits "
            + "are lost.",
    },
    "sku-cell": {
        what: "the SKU's cell holds a date, a fraction, an error or no value",
        todo: "Format the cell as text and write the SKU as it is in your catalogue.",
    },
    "sku-repeated": {
        what: "the SKU has an earlier row, which counts",
        todo: "Keep one of the rows. The first one is taken.",
    },
    "row-long": {
        what: "the row has more fields than the header; quotes are missing, perhaps",
        todo: "Put texts that hold the separator in quotes.",
    },
    "count-absent": {
        what: "the row ends before its count",
        todo: "Look whether the row is whole; write 0 for what is sold out.",
    },
    "count-negative": {
        what: "the count is below zero",
        todo: "Write 0 for what is sold out.",
    },
    "count-fraction": {
        what: "the count is not whole",
        todo: "Stock is counted in whole units: round down.",
    },
    "count-spreadsheet": {
        what: "the count is written as a spreadsheet does, 5.0 or 1E+3",
        todo: "Format the column of counts as a number without decimals.",
    },
    "count-large": {
        what: "the count is larger than 2,000,000,000",
        todo: "Look whether a barcode or a price stands in the column of counts.",
    },
    "count-broken": {
        what: "the count is no number",
        todo: "Write digits only, without a unit, a sign or words.",
    },
    "count-cell": {
        what: "the count's cell holds a date, an error or no value",
        todo: "Format the cell as a number and enter the count anew.",
    },
    "updated-at-broken": {
        what: "updatedAt is no date and time with its offset",
        todo: "Write it as 2026-05-31T12:00:00+03:00, or leave the column out.",
    },
    "updated-at-future": {
        what: "updatedAt lies in the future",
        todo: "Set the clock or the offset right, or choose “All rows are of this moment”.",
    },
    "updated-at-old": {
        what: "updatedAt is more than a day ago",
        todo: "Export the file anew, or choose “All rows are of this moment” if the counts still "
            + "hold.",
    },
    "sku-unknown": {
        what: "the store does not know the SKU",
        todo: "Look for a lost zero or another spelling; a new SKU has to be made known first.",
    },
    "count-empty": {
        what: "no count: the stock is left as it is",
        todo: "Write 0 for what is sold out. If it is to stay as it is, there is nothing to do.",
    },
    "sku-spreadsheet": {
        what: "the SKU looks like a number that a spreadsheet has rewritten",
        todo: "Compare it with your catalogue: a zero in front may be gone. Format the column as "
            + "text.",
    },
    "sku-spaces": {
        what: "the SKU holds spaces that cannot be seen or told apart",
        todo: "Type the SKU anew: with another space it is another SKU.",
    },
    "sku-mixed-letters": {
        what: "the SKU has Cyrillic letters that look like its Latin ones",
        todo: "Type the SKU anew in one alphabet: with another letter it is another SKU.",
    },
    "twin-zeros": {
        what: "two SKUs that differ by leading zeros alone",
        todo: "If they are one product, keep the SKU of your catalogue, and delete the other row.",
    },
    "twin-case": {
        what: "two SKUs that differ by small and capital letters alone",
        todo: "If they are one product, keep the SKU of your catalogue, and delete the other row.",
    },
    "twin-spaces": {
        what: "two SKUs that differ by spaces alone",
        todo: "If they are one product, keep the SKU of your catalogue, and delete the other row.",
    },
    "twin-letters": {
        what: "two SKUs that differ by letters that look the same",
        todo: "If they are one product, keep the SKU of your catalogue, and delete the other row.",
    },
    "twin-several": {
        what: "two SKUs that differ by several of these alone",
        todo: "If they are one product, keep the SKU of your catalogue, and delete the other row.",
    },
}, {
    "sku-empty": {
        what: "количество без SKU",
        todo: "Впишите SKU или удалите строку.",
    },
    "sku-long": {
        what: "SKU длиннее 255 символов",
        todo: "Возможно, слились две колонки. Сократите SKU в каталоге.",
    },
    "sku-broken": {
        what: "в SKU не текст",
        todo: "Сохраните файл заново в UTF-8 или как XLSX.",
    },
    "sku-rounded": {
        what: "таблица хранит SKU как число и округлила его",
        todo: "Задайте колонке SKU формат «Текст» и введите эти SKU заново: последние цифры "
            + "потеряны.",
    },
    "sku-cell": {
        what: "в ячейке SKU дата, дробь, ошибка или пусто",
        todo: "Задайте ячейке формат «Текст» и впишите SKU так, как в каталоге.",
    },
    "sku-repeated": {
        what: "этот SKU уже был выше, считается первая строка",
        todo: "Оставьте одну из строк. Берётся первая.",
    },
    "row-long": {
        what: "в строке больше полей, чем в заголовке; возможно, не хватает кавычек",
        todo: "Возьмите в кавычки тексты, в которых есть разделитель.",
    },
    "count-absent": {
        what: "строка кончается раньше количества",
        todo: "Проверьте, вся ли строка на месте; для распроданного пишите 0.",
    },
    "count-negative": {
        what: "количество меньше нуля",
        todo: "Для распроданного пишите 0.",
    },
    "count-fraction": {
        what: "количество не целое",
        todo: "Остаток считают целыми единицами: округлите вниз.",
    },
    "count-spreadsheet": {
        what: "количество записано по-табличному: 5.0 или 1E+3",
        todo: "Задайте колонке количества числовой формат без десятичных знаков.",
    },
    "count-large": {
        what: "количество больше 2 000 000 000",
        todo: "Проверьте, не попали ли в колонку количества штрихкод или цена.",
    },
    "count-broken": {
        what: "количество — не число",
        todo: "Пишите только цифры — без единиц, знаков и слов.",
    },
    "count-cell": {
        what: "в ячейке количества дата, ошибка или пусто",
        todo: "Задайте ячейке числовой формат и введите количество заново.",
    },
    "updated-at-broken": {
        what: "updatedAt — не дата и время со смещением",
        todo: "Пишите так: 2026-05-31T12:00:00+03:00 — или уберите колонку.",
    },
    "updated-at-future": {
        what: "updatedAt в будущем",
        todo: "Исправьте часы или смещение либо выберите «Все строки — на этот момент».",
    },
    "updated-at-old": {
        what: "updatedAt старше суток",
        todo: "Выгрузите файл заново или выберите «Все строки — на этот момент», если числа ещё "
            + "верны.",
    },
    "sku-unknown": {
        what: "магазин не знает такого SKU",
        todo: "Ищите потерянный ноль или другое написание; новый SKU сначала нужно завести.",
    },
    "count-empty": {
        what: "нет количества: остаток не меняется",
        todo: "Для распроданного пишите 0. Если остаток должен остаться прежним, делать ничего не "
            + "нужно.",
    },
    "sku-spreadsheet": {
        what: "SKU похож на число, которое переписала таблица",
        todo: "Сравните с каталогом: мог пропасть ноль в начале. Задайте колонке формат «Текст».",
    },
    "sku-spaces": {
        what: "в SKU невидимые или неразличимые пробелы",
        todo: "Наберите SKU заново: с другим пробелом это другой SKU.",
    },
    "sku-mixed-letters": {
        what: "в SKU русские буквы, похожие на латинские",
        todo: "Наберите SKU заново в одном алфавите: с другой буквой это другой SKU.",
    },
    "twin-zeros": {
        what: "два SKU различаются только нулями в начале",
        todo: "Если это один товар, оставьте SKU из вашего каталога и удалите другую строку.",
    },
    "twin-case": {
        what: "два SKU различаются только регистром",
        todo: "Если это один товар, оставьте SKU из вашего каталога и удалите другую строку.",
    },
    "twin-spaces": {
        what: "два SKU различаются только пробелами",
        todo: "Если это один товар, оставьте SKU из вашего каталога и удалите другую строку.",
    },
    "twin-letters": {
        what: "два SKU различаются похожими буквами",
        todo: "Если это один товар, оставьте SKU из вашего каталога и удалите другую строку.",
    },
    "twin-several": {
        what: "два SKU различаются сразу несколькими такими мелочами",
        todo: "Если это один товар, оставьте SKU из вашего каталога и удалите другую строку.",
    },
});
