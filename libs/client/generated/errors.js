/** A problem (RFC 9457) as services return it. `errors` names each fault of a body by a JSON pointer. */ /** An error that ends a call or a watch. `code` is for programs. */ export class ClientError extends Error {
    code;
    constructor(code, message, options){
        super(message, options);
        this.name = new.target.name;
        this.code = code;
    }
}
/** The service refused the request; a retry of the same request does not help. `code` is the problem's: 'product-unknown'. */ export class RefusedError extends ClientError {
    status;
    problem;
    constructor(status, problem){
        super(problem?.code ?? `http-${status}`, problem?.detail ?? `the service returned status ${status}`);
        this.status = status;
        this.problem = problem;
    }
}
/**
 * The call got no response in time (`unanswered`). Whether it was carried out is unknown: repeat the call with the same
 * key to find out.
 */ export class UnansweredError extends ClientError {
    constructor(seconds, cause){
        super('unanswered', `the service returned no response within ${seconds} s: repeat the call with the same key`, {
            cause
        });
    }
}
/** `token()` returned no token (`token-missing`), or one that the service refuses (`token-invalid`). */ export class TokenError extends ClientError {
}
/** The service refuses the stored cursor (`cursor-invalid`): delete it, then watch again. */ export class CursorError extends ClientError {
}
