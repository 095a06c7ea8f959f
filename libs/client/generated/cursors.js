/** Where a client keeps how far it has read. What it does may be asynchronous; a failure ends the watch. */ /** Lasts as long as the client. */ export function inMemory() {
    let last;
    return {
        load: ()=>last,
        save: (cursor)=>{
            last = cursor;
        }
    };
}
