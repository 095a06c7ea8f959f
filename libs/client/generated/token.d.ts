/** Gives the present access token. Asked before each request and each connection; may fetch a fresh one. */ export type TokenSource = () => string | Promise<string>;
/** Rejects with TokenError when that gives nothing that can be a token; with its own error when it fails. */ export declare function presentToken(source: TokenSource): Promise<string>;
