/** A problem (RFC 9457) as services return it. `errors` names each fault of a body by a JSON pointer. */ export interface Problem {
    readonly code: string;
    readonly detail: string;
    readonly errors?: readonly {
        readonly pointer: string;
        readonly message: string;
    }[];
    readonly traceId?: string;
    readonly [member: string]: unknown;
}
/** An error that ends a call or a watch. `code` is for programs. */ export declare class ClientError extends Error {
    readonly code: string;
    constructor(code: string, message: string, options?: ErrorOptions);
}
/** The service refused the request; a retry of the same request does not help. `code` is the problem's: 'product-unknown'. */ export declare class RefusedError extends ClientError {
    readonly status: number;
    readonly problem: Problem | undefined;
    constructor(status: number, problem: Problem | undefined);
}
/**
 * The call got no response in time (`unanswered`). Whether it was carried out is unknown: repeat the call with the same
 * key to find out.
 */ export declare class UnansweredError extends ClientError {
    constructor(seconds: number, cause: unknown);
}
/** `token()` returned no token (`token-missing`), or one that the service refuses (`token-invalid`). */ export declare class TokenError extends ClientError {
}
/** The service refuses the stored cursor (`cursor-invalid`): delete it, then watch again. */ export declare class CursorError extends ClientError {
}
