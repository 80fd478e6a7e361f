// Where the cabinet starts: what was chosen before is put in force, then the page is drawn.
import { render } from "preact";

import { App } from "./app";
import { applyPreferences } from "./preferences";

applyPreferences();
render(<App />, document.body);
