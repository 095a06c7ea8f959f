/** RFC 9457, as the services answer. `errors` names each fault of a body by a JSON pointer. */ export interface Problem {
    readonly code: string;
    readonly detail: string;
    readonly errors?: readonly {
        readonly pointer: string;
        readonly message: string;
    }[];
    readonly traceId?: string;
    readonly [member: string]: unknown;
}
/** What ends a call or a watch. `code` is for programs. */ export declare class ClientError extends Error {
    readonly code: string;
    constructor(code: string, message: string, options?: ErrorOptions);
}
/** The service refused the request; repeating it as it is changes nothing. `code` is the problem's: 'product-unknown'. */ export declare class RefusedError extends ClientError {
    readonly status: number;
    readonly problem: Problem | undefined;
    constructor(status: number, problem: Problem | undefined);
}
/**
 * No answer in the time a call has (`unanswered`). Whether it was carried out is unknown: the same call with the same
 * key finds out.
 */ export declare class UnansweredError extends ClientError {
    constructor(seconds: number, cause: unknown);
}
/** `token()` gave nothing that can be a token (`token-missing`), or what the service refuses (`token-invalid`). */ export declare class TokenError extends ClientError {
}
/** The stored cursor is none that was given out (`cursor-invalid`): delete it, then watch again. */ export declare class CursorError extends ClientError {
}
