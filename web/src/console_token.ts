// The token that the console calls with: kept for as long as the browser's tab is, and by it alone.
const KEY = "stockd.console.token";

let held = "";

export function consoleToken(): string {
    try {
        return sessionStorage.getItem(KEY) ?? held;
    } catch {
        return held;
    }
}

export function keepConsoleToken(token: string): void {
    held = token;
    try {
        sessionStorage.setItem(KEY, token);
    } catch {
        // It holds until the page is loaded anew.
    }
}
