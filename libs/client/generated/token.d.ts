/** Returns the present access token. Called before each request and each connection; may fetch a new token. */ export type TokenSource = () => string | Promise<string>;
/** Rejects with TokenError when the source returns no token; with the source's own error when it fails. */ export declare function presentToken(source: TokenSource): Promise<string>;
