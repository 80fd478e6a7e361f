// Swagger UI over the openapi.yaml of this stockd. A chunk of its own, by far the largest, read
// when the console is opened. Its styles are in force only while it is shown; they come as
// constructed sheets, as the policy of the page allows no inline ones.
import SwaggerUI, { type SwaggerRequest } from "swagger-ui-dist/swagger-ui-es-bundle.js";
import swaggerStyles from "swagger-ui-dist/swagger-ui.css" with { type: "text" };

import { consoleToken } from "./console_token";
import ourStyles from "./styles/console.css" with { type: "text" };

// The servers that the document names; here it is this stockd, wherever it listens.
const PUBLIC = "http://127.0.0.1:8080";
const OPERATOR = "http://127.0.0.1:8081";

export interface Console {
    /** Fills the token in wherever the API wants one. */
    authorize: (token: string) => void;
    close: () => void;
}

/** `reached` is told after each call whether its listener gave any answer at all: Swagger UI itself
 *  guesses at CORS then. */
export function openConsole(node: HTMLElement, publicUrl: string,
                            reached: (origin: string, was: boolean) => void): Console {
    const sheets = [swaggerStyles, ourStyles].map((text) => {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        return sheet;
    });
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...sheets];
    const stopColours = followColours();
    const stopNaming = nameFields(node);

    const authorize = (token: string) => {
        if (token) {
            ui.preauthorizeApiKey("apiKey", token);
        }
    };
    const operatorUrl = location.origin;
    const ui = SwaggerUI({
        domNode: node,
        url: "openapi.yaml",
        deepLinking: false, // The # of the address is the cabinet's.
        docExpansion: "list",
        defaultModelsExpandDepth: -1,
        tryItOutEnabled: true,
        displayRequestDuration: true,
        validatorUrl: null,
        requestInterceptor: (request: SwaggerRequest) => {
            if (!request.loadSpec) {
                request.userFetch = watched(reached);
            }
            return ofCabinet(request, operatorUrl);
        },
        responseInterceptor: (answer) => {
            if (answer.url.endsWith("/openapi.yaml") && answer.text) {
                answer.text = answer.text.replaceAll(PUBLIC, publicUrl)
                    .replaceAll(OPERATOR, operatorUrl);
                answer.data = answer.text;
            }
            return answer;
        },
        onComplete: () => authorize(consoleToken()),
    });
    return {
        authorize,
        close: () => {
            stopColours();
            stopNaming();
            node.replaceChildren();
            document.adoptedStyleSheets = document.adoptedStyleSheets
                .filter((sheet) => !sheets.includes(sheet));
        },
    };
}

function watched(reached: (origin: string, was: boolean) => void): typeof fetch {
    return async (request, init) => {
        const { origin } = new URL(request instanceof Request ? request.url : request,
            location.href);
        try {
            const answer = await fetch(request, init);
            reached(origin, true);
            return answer;
        } catch (problem) {
            reached(origin, false);
            throw problem;
        }
    };
}

/** Methods of the operator are called with the session of this page. */
function ofCabinet(request: SwaggerRequest, operatorUrl: string): SwaggerRequest {
    if (request.url.startsWith(`${operatorUrl}/api/v1`)) {
        request.headers["X-Stockd-Cabinet"] = "1";
    }
    return request;
}

/** Swagger UI leaves the field of a body without a name for screen readers, and what is wider than
 *  its box out of the keyboard's reach. */
function nameFields(node: HTMLElement): () => void {
    const observer = new MutationObserver(() => {
        for (const field of node.querySelectorAll("textarea:not([aria-label])")) {
            field.setAttribute("aria-label", "Request body");
        }
        for (const box of node.querySelectorAll("pre.microlight:not([tabindex])")) {
            box.setAttribute("tabindex", "0");
        }
    });
    observer.observe(node, { childList: true, subtree: true });
    return () => observer.disconnect();
}

/** Tells Swagger UI when the page is dark, now and later. */
function followColours(): () => void {
    const root = document.documentElement;
    const system = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => {
        const chosen = root.dataset.colours;
        root.classList.toggle("dark-mode", chosen ? chosen === "dark" : system.matches);
    };
    const observer = new MutationObserver(follow);
    observer.observe(root, { attributeFilter: ["data-colours"] });
    system.addEventListener("change", follow);
    follow();
    return () => {
        observer.disconnect();
        system.removeEventListener("change", follow);
        root.classList.remove("dark-mode");
    };
}
