// A table that becomes a list of cards on a phone. Roles are written out, as a browser forgets them
// when CSS lays a table out anew.
import type { ComponentChildren } from "preact";

export interface Column<Row> {
    key: string;
    title: string;
    /** What the title means, for a pointer that rests on it. */
    hint?: string;
    render: (row: Row) => ComponentChildren;
    /** Aligned to the right, figures of one width. */
    numeric?: boolean;
    /** The name of the row: its heading on a phone, and for a screen reader. */
    heading?: boolean;
    /** No title on a phone: what is shown says what it is. */
    bare?: boolean;
}

export interface TableProps<Row> {
    caption: string;
    columns: Column<Row>[];
    rows: Row[];
    rowKey: (row: Row) => string;
    /** Rows of the page before, while the next is being read. */
    busy?: boolean;
}

function cellClass<Row>(column: Column<Row>): string {
    return [column.numeric && "numeric", column.heading && "heading", column.bare && "bare"]
        .filter(Boolean).join(" ");
}

export function Table<Row>({ caption, columns, rows, rowKey, busy }: TableProps<Row>) {
    return (
        <table role="table" aria-busy={busy ? "true" : "false"}>
            <caption class="hidden">{caption}</caption>
            <thead role="rowgroup">
                <tr role="row">
                    {columns.map((column) => (
                        <th key={column.key} role="columnheader" scope="col" title={column.hint}
                            class={cellClass(column)}>{column.title}</th>
                    ))}
                </tr>
            </thead>
            <tbody role="rowgroup">
                {rows.map((row) => (
                    <tr role="row" key={rowKey(row)}>
                        {columns.map((column) => column.heading
                            ? <th key={column.key} role="rowheader" scope="row"
                                class={cellClass(column)}>{column.render(row)}</th>
                            : <td key={column.key} role="cell" class={cellClass(column)}
                                data-title={column.title}>{column.render(row)}</td>)}
                    </tr>
                ))}
            </tbody>
        </table>
    );
}
