// Icons as inline SVG, drawn on a grid of 20; they are decoration, and hidden from screen readers.
const PATHS = {
    stores: "M3 8l1.2-4h11.6L17 8M3 8h14M3 8v1a2.3 2.3 0 0 0 4.6 0 2.4 2.4 0 0 0 4.8 0 "
        + "2.3 2.3 0 0 0 4.6 0V8M4.5 11.5V16h11v-4.5",
    requests: "M4 5h12M4 10h12M4 15h7",
    tokens: "M8.5 11.5a3.5 3.5 0 1 1 0-3h8v3h-2v2h-3v-2z",
    console: "M3 4h14v12H3zM6 8l2.5 2L6 12M10.5 12.5H14",
    health: "M2.5 10.5h3.2L8 5l3.5 10 2.2-4.5h3.8",
    menu: "M3 6h14M3 10h14M3 14h14",
    close: "M5 5l10 10M15 5L5 15",
    search: "M9 14.5a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11zM13.2 13.2L17 17",
    copy: "M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3",
    check: "M4.5 10.5l3.5 3.5 7.5-8",
    left: "M12 5l-5 5 5 5",
    right: "M8 5l5 5-5 5",
    stock: "M10 3l6.5 3.4v7.2L10 17l-6.5-3.4V6.4zM3.5 6.4L10 10l6.5-3.6M10 10v7",
    upload: "M10 13V4M6.5 7.5L10 4l3.5 3.5M4 13v3h12v-3",
    orders: "M5 3.5h10V17l-2.5-1.6L10 17l-2.5-1.6L5 17zM7.5 7.5h5M7.5 10.5h5",
    leave: "M8 4H4v12h4M12 6.5l3.5 3.5L12 13.5M15 10H8",
    warning: "M10 3.5L17.5 16h-15zM10 8.5v3.5M10 13.8v.2",
    refresh: "M15.5 8A6 6 0 1 0 16 11M16 4v4h-4",
};

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
    return (
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
            <path d={PATHS[name]} />
        </svg>
    );
}
