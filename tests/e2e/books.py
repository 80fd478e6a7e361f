"""Spreadsheets as several programs write them, made of nothing but a zip archive and XML.

`book(rows)` is an XLSX of one sheet. A cell is a str, an int, None, or one of the classes below for
what a program may put there.
"""

import io
import zipfile
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

# Formats of cells, by their place in the styles: none, a date, and seven digits with zeros.
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="2">
<numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy\\ hh:mm"/>
<numFmt numFmtId="165" formatCode="0000000"/>
</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"""
DATE, SEVEN_DIGITS = 1, 2


class Raw:
    """The attributes of a cell behind its place, and what is in it."""

    def __init__(self, attributes, content):
        self.attributes = attributes
        self.content = content


def number(text, style=0):
    """A number as it is stored, `1.23E+10`."""
    return Raw(f' s="{style}"', f"<v>{text}</v>")


def inline(text):
    return Raw(' t="inlineStr"', f"<is><t>{escape(text)}</t></is>")


def formula(text, value=None, kind=""):
    stored = "" if value is None else f"<v>{value}</v>"
    return Raw(kind and f' t="{kind}"', f"<f>{escape(text)}</f>{stored}")


def rich(*runs):
    """A text in runs, with a reading aid that is no part of it."""
    parts = "".join(f"<r><rPr/><t xml:space=\"preserve\">{escape(run)}</t></r>" for run in runs)
    return Raw(' t="inlineStr"', f"<is>{parts}<rPh sb=\"0\" eb=\"1\"><t>aid</t></rPh></is>")


def _cell(place, value, shared):
    if value is None:
        return ""
    if isinstance(value, str) and shared is None:
        value = inline(value)
    elif isinstance(value, str):
        if value not in shared:
            shared.append(value)
        value = Raw(' t="s"', f"<v>{shared.index(value)}</v>")
    elif isinstance(value, int):
        value = number(value)
    return f'<c r="{place}"{value.attributes}>{value.content}</c>'


def sheet(rows, shared, first_row=1):
    """The XML of a sheet."""
    lines = []
    for at, row in enumerate(rows, first_row):
        cells = "".join(_cell(f"{chr(65 + column)}{at}", value, shared)
                        for column, value in enumerate(row))
        lines.append(f'<row r="{at}">{cells}</row>')
    return (f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
            f'<cols><col min="1" max="2" hidden="1"/></cols><sheetData>{"".join(lines)}</sheetData>'
            "</worksheet>")


def parts(sheets, shared=True, properties="", states=()):
    """The parts of a book, {name: text}. `sheets` is {name: rows}."""
    texts = [] if shared else None
    made = {f"xl/worksheets/sheet{at}.xml": sheet(rows, texts)
            for at, rows in enumerate(sheets.values(), 1)}
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"'
        f'{states[at - 1] if at <= len(states) else ""}/>' for at, name in enumerate(sheets, 1))
    made["xl/workbook.xml"] = (f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
                               f"<workbookPr{properties}/><sheets>{listed}</sheets></workbook>")
    made["xl/styles.xml"] = STYLES
    made["_rels/.rels"] = relations([("rId1", "officeDocument", "xl/workbook.xml")])
    own = [(f"rId{at}", "worksheet", f"worksheets/sheet{at}.xml")
           for at in range(1, len(sheets) + 1)]
    own.append(("rStyles", "styles", "/xl/styles.xml"))
    if shared:
        own.append(("rTexts", "sharedStrings", "sharedStrings.xml"))
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        made["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{items}</sst>'
    made["xl/_rels/workbook.xml.rels"] = relations(own)
    return made


def relations(rows):
    lines = "".join(f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'
                    for name, kind, target in rows)
    return f'<Relationships xmlns="{PACKAGE}">{lines}</Relationships>'


def archive(content, compression=zipfile.ZIP_DEFLATED):
    """A zip archive of {name: text or bytes}."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as made:
        for name, text in content.items():
            made.writestr(name, text)
    return file.getvalue()


def book(rows, **how):
    return archive(parts({"Sheet1": rows}, **how))
