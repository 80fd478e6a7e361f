// Where the cabinet starts. The first answers are asked for at once, and waited for a little, so
// that the browser draws them together with the frame instead of one after the other.
import { render } from "preact";

import { callEarly } from "./api";
import { App } from "./app";
import { formatCount } from "./format";
import { beginPage } from "./pages";
import { applyPreferences, preferences } from "./preferences";
import { parseRoute } from "./router";

const PATIENCE_MS = 150;

const answers = Promise.all([callEarly("session"), beginPage(parseRoute(location.hash))]);
const patience = new Promise((done) => {
    setTimeout(done, PATIENCE_MS);
});
applyPreferences();
// A browser takes 10 ms to learn how numbers look; it does so while the answers are on their way.
formatCount(0, preferences().language);
Promise.race([answers, patience]).then(() => render(<App />, document.body));
