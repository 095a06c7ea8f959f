export { type Management, managementOf, type TestBroker, testBroker } from './broker.ts';
export { anEvent, anOrder, signed } from './builders.ts';
export { eventually } from './eventually.ts';
export { testKeys } from './keys.ts';
export { type TestMongo, testMongo } from './mongo.ts';
export { someParts } from './parts.ts';
export { serveRoutes } from './serve-routes.ts';
export { type Answer, asking, type Surroundings, startSurroundings } from './surroundings.ts';
export { personToken, TEST_ISSUER, TEST_SECRET } from './tokens.ts';
