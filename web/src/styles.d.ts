// Styles that a page takes along as a text, to put them in force only while it is shown.
declare module "*.css" {
    const text: string;
    export default text;
}
declare module "swagger-ui-dist/swagger-ui-es-bundle.js" {
    export interface SwaggerRequest {
        url: string;
        headers: Record<string, string>;
        loadSpec?: boolean;
        userFetch?: typeof fetch;
    }
    export interface SwaggerAnswer {
        url: string;
        text?: string;
        data?: string;
    }
    const SwaggerUI: (settings: {
        domNode: HTMLElement;
        url: string;
        requestInterceptor: (request: SwaggerRequest) => SwaggerRequest;
        responseInterceptor: (answer: SwaggerAnswer) => SwaggerAnswer;
        onComplete: () => void;
        [setting: string]: unknown;
    }) => { preauthorizeApiKey(scheme: string, key: string): void };
    export default SwaggerUI;
}
