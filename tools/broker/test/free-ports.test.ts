import { expect, test } from '@jest/globals';
import { freePorts } from '../free-ports.ts';

test('free ports are all different', async () => {
  const ports = await freePorts(5);
  expect(new Set(ports).size).toBe(5);
});
