// What to do about each family of errors, told to whoever wrote the program that sent the request.
import { texts } from "./text";

export const adviceTexts = texts({
    duplicateSku: "The same SKU stands twice in the request. Keep one: what is left is applied as "
        + "a whole, and this request was not applied at all. SKUs are compared without spaces "
        + "around them.",
    duplicateOffer: "The same offer stands twice at the positions named. Send it once.",
    unknownSku: "The store does not know this SKU. Look for a zero that a spreadsheet removed, a "
        + "letter of another alphabet, or the SKU of another store; then set its stock for the "
        + "first time.",
    future: "updatedAt is later than stockd's clock. Send the moment with its offset (+03:00 or "
        + "Z), set the clock of the sender by NTP, or leave updatedAt out: then it is now.",
    old: "updatedAt is more than a day ago. Read the number anew and send it with the moment of "
        + "reading, or leave updatedAt out.",
    json: "The body is no JSON: an encoding that is not UTF-8, a comma too many, or a body that "
        + "was cut off. Compare Content-Length with what was sent, and let a JSON library write "
        + "it.",
    bodyMissing: "The method wants a body and none came. With curl that is -d; a redirect or a "
        + "proxy may have dropped it.",
    tooBig: "A body may have 512 KB. Send 2,000 SKUs at most, and fewer where SKUs are long.",
    model: "The method is not for stores of this model. Take a store whose model the words name.",
    noSkus: "No skus came. The key may be missing or misspelled, or be that of another version: "
        + "v2 wants skus, v3 wants skuItems for each warehouse.",
    size: "A list or a text is longer or shorter than allowed. Divide the list into several "
        + "requests.",
    pageToken: "The page token is not one that this method gave, or it was changed on its way. "
        + "Take nextPageToken as it is, encode it for a URL, and begin with the first page "
        + "without one.",
    limit: "limit is out of its bounds; the words name them. Ask for less and follow "
        + "nextPageToken.",
    parameter: "A parameter of the address or a header is missing or of another type. An ID "
        + "consists of digits only.",
    type: "At the place named there is a value of another type: a number in quotes, say, or a "
        + "fraction where whole units are counted.",
    missing: "A field that has to be there is absent, null or empty. Mend the place that is named.",
    bounds: "A number is out of its bounds. A count is 0 to 2,000,000,000: send 0 for what is "
        + "sold out, never less.",
    pattern: "The value has characters that are not allowed there. Spaces around it and control "
        + "characters come from spreadsheets most often.",
    revoked: "This token was revoked. Make a new one on the page Tokens, and put it where the old "
        + "one was.",
    malformedToken: "What came as a token does not look like one: a part is missing, or it has "
        + "quotes or a line break around it. Copy the whole of ACMA:…:… into the header Api-Key.",
    noToken: "No token came. Send the header Api-Key: ACMA:…; a redirect to another address drops "
        + "it.",
    wrongToken: "stockd does not know this token. It may be of another installation, or be the "
        + "operator's token, which opens this page and not the API.",
    oauth: "The OAuth token is not one that the registry knows. Api-Key tokens are what is wanted "
        + "today.",
    scopes: "The token is valid but may not do this. Make one with a scope that the words name; "
        + "to change stock that is offers-and-cards-management or all-methods.",
    inactive: "The store or the business is switched off in the registry, for the reason in the "
        + "words. Switch it on there (apiAvailability), then repeat.",
    deprecated: "The method is old and refused at times. Use the one that came after it.",
    foreign: "The token belongs to another business than the store. Take the token of the store's "
        + "own business, and look whether the number in the address is the campaign ID.",
    noCampaign: "There is no store of this campaign ID. It is not the number that the seller's "
        + "account shows beside the store's name: copy it from the page Stores.",
    noPath: "There is no method at this address. Compare version (v2, v3) and spelling with the "
        + "console.",
    verb: "There is a method at this address, but with another verb. The header Allow of the "
        + "answer names it: stock is set by PUT and read by POST.",
    contentType: "The body has to be JSON. Send the header Content-Type: application/json once.",
    parallel: "Too many requests of this store or business are under way at a time. Wait for "
        + "answers before sending more: four at a time are enough for the whole limit.",
    rate: "The limit of this minute or hour is used up. Wait until X-RateLimit-Resource-Until, "
        + "send more SKUs a request, and only those that changed.",
    migration: "The business or the store is locked for a while. Repeat later, with the same "
        + "updatedAt.",
    grouped: "The warehouse is one of a group. Send the stock through a store of the group, or "
        + "take the group's main warehouse.",
    warehouse: "The store has no such warehouse. Read the IDs of its warehouses by "
        + "GET /v2/campaigns/{campaignId}, or on the page Stores.",
    badRequest: "The request breaks a rule of the method, and nothing of it was applied. The "
        + "console shows what the method wants.",
    unavailable: "stockd could not promise to keep it: no room on its disk, its database is away, "
        + "or it carries stock between warehouses. Repeat with the same updatedAt; the page "
        + "Health tells more.",
    internal: "That is stockd's own fault. Its log says more; repeat with the same updatedAt.",
    left: "The sender closed the connection before the answer. What it sent may have been "
        + "applied: repeat it with the same updatedAt, and wait longer for answers.",
    other: "docs/contract.md has the rules of the method.",
}, {
    duplicateSku: "Один и тот же SKU встречается в запросе дважды. Оставьте один: запрос "
        + "применяется целиком, и этот не применён совсем. Пробелы по краям SKU не учитываются.",
    duplicateOffer: "Одно и то же предложение стоит на названных местах. Отправьте его один раз.",
    unknownSku: "Магазин не знает такого SKU. Проверьте, не съела ли таблица ноль в начале, нет "
        + "ли буквы другого алфавита и тот ли это магазин; затем задайте ему остаток впервые.",
    future: "updatedAt позже часов stockd. Указывайте смещение (+03:00 или Z), сверьте часы "
        + "отправителя по NTP или не передавайте updatedAt: тогда это «сейчас».",
    old: "updatedAt старше суток. Прочитайте число заново и отправьте с моментом чтения или не "
        + "передавайте updatedAt.",
    json: "Тело — не JSON: кодировка не UTF-8, лишняя запятая или тело обрезано. Сравните "
        + "Content-Length с отправленным и доверьте запись JSON библиотеке.",
    bodyMissing: "Методу нужно тело, а его нет. В curl это -d; тело могли потерять "
        + "перенаправление или прокси.",
    tooBig: "Тело не больше 512 КБ. Отправляйте до 2000 SKU за раз, а с длинными SKU — меньше.",
    model: "Метод не для магазинов этой модели. Возьмите магазин с моделью из текста ошибки.",
    noSkus: "Не пришло ни одного SKU. Ключ пропущен, написан с ошибкой или от другой версии: в v2 "
        + "это skus, в v3 — skuItems у каждого склада.",
    size: "Список или строка длиннее либо короче допустимого. Разделите список на несколько "
        + "запросов.",
    pageToken: "Такой токен страницы этот метод не выдавал, или он изменился в пути. Берите "
        + "nextPageToken как есть, кодируйте для URL и начинайте с первой страницы без него.",
    limit: "limit вне границ, они названы в тексте. Просите меньше и переходите по nextPageToken.",
    parameter: "Параметр адреса или заголовок пропущен либо другого типа. ID состоит только из "
        + "цифр.",
    type: "В названном месте значение другого типа: например, число в кавычках или дробь там, где "
        + "считают целые единицы.",
    missing: "Обязательное поле пропущено, пусто или null. Исправьте названное место.",
    bounds: "Число вне границ. Остаток — от 0 до 2 000 000 000: для распроданного отправляйте 0, "
        + "меньше нельзя.",
    pattern: "В значении есть недопустимые символы. Чаще всего это пробелы по краям и управляющие "
        + "символы из таблиц.",
    revoked: "Этот токен отозван. Создайте новый в разделе «Токены» и замените им старый.",
    malformedToken: "То, что пришло, не похоже на токен: не хватает части, или вокруг кавычки "
        + "либо перевод строки. Скопируйте ACMA:…:… целиком в заголовок Api-Key.",
    noToken: "Токена нет. Передайте заголовок Api-Key: ACMA:…; при перенаправлении на другой "
        + "адрес он теряется.",
    wrongToken: "stockd не знает этого токена. Возможно, он от другой установки или это токен "
        + "оператора, который открывает кабинет, а не API.",
    oauth: "Такого OAuth-токена нет в реестре. Сегодня нужны токены Api-Key.",
    scopes: "Токен верный, но прав не хватает. Создайте токен с правом из текста ошибки; чтобы "
        + "менять остатки, это offers-and-cards-management или all-methods.",
    inactive: "Магазин или кабинет отключён в реестре по причине из текста. Включите его там "
        + "(apiAvailability) и повторите.",
    deprecated: "Метод устарел и временами отклоняется. Пользуйтесь тем, что пришёл ему на смену.",
    foreign: "Токен не от того кабинета, которому принадлежит магазин. Возьмите токен своего "
        + "кабинета и проверьте, что число в адресе — ID кампании.",
    noCampaign: "Магазина с таким ID кампании нет. Это не номер рядом с названием магазина в "
        + "кабинете Маркета: скопируйте ID в разделе «Магазины».",
    noPath: "По этому адресу метода нет. Сверьте версию (v2, v3) и написание с консолью.",
    verb: "По этому адресу есть метод с другим глаголом, он назван в заголовке Allow ответа: "
        + "остатки передают через PUT, читают через POST.",
    contentType: "Тело должно быть JSON. Передайте заголовок Content-Type: application/json один "
        + "раз.",
    parallel: "Слишком много одновременных запросов магазина или кабинета. Дожидайтесь ответов: "
        + "четырёх запросов сразу хватает на весь лимит.",
    rate: "Лимит на минуту или час исчерпан. Дождитесь времени из X-RateLimit-Resource-Until, "
        + "отправляйте больше SKU в запросе и только изменившиеся.",
    migration: "Кабинет или магазин временно заблокирован. Повторите позже с тем же updatedAt.",
    grouped: "Склад входит в группу. Передавайте остатки через любой магазин группы или возьмите "
        + "её главный склад.",
    warehouse: "У магазина нет такого склада. ID складов видны в GET /v2/campaigns/{campaignId} и "
        + "в разделе «Магазины».",
    badRequest: "Запрос нарушает правило метода, и из него ничего не применено. Консоль "
        + "показывает, что методу нужно.",
    unavailable: "stockd не мог пообещать сохранность: нет места на диске, недоступна база или "
        + "остатки переносятся между складами. Повторите с тем же updatedAt; подробности в "
        + "разделе «Состояние».",
    internal: "Это ошибка самого stockd. Подробности в его журнале; повторите с тем же updatedAt.",
    left: "Отправитель закрыл соединение, не дождавшись ответа. Отправленное могло примениться: "
        + "повторите с тем же updatedAt и ждите ответа дольше.",
    other: "Правила метода описаны в docs/contract.md.",
});
