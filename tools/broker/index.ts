export { type Broker, type BrokerFaults, NoBrokerError } from './broker.ts';
export { findBroker } from './find-broker.ts';
export { freePorts } from './free-ports.ts';
export { findInstalled } from './installed.ts';
