/** Stores how far a client has read. Its methods may be asynchronous; a failure ends the watch. */ /** A store that lasts as long as the client. */ export function inMemory() {
    let last;
    return {
        load: ()=>last,
        save: (cursor)=>{
            last = cursor;
        }
    };
}
