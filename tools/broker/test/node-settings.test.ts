import { expect, test } from '@jest/globals';
import { nodeSettings } from '../node-settings.ts';

const settings = nodeSettings('/data/rabbitmq', { amqp: 1001, management: 1002, distribution: 1003, epmd: 1004 });

test('every file and folder of a private node is in its own folder', () => {
  const places = Object.entries(settings.env).filter(([, value]) => value.startsWith('/'));
  expect(places.length).toBeGreaterThan(8);
  for (const [, place] of places) expect(place).toMatch(/^\/data\/rabbitmq/);
});

test('a private node listens on loopback only, with every one of its ports', () => {
  expect(settings.env).toMatchObject({
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    ERL_EPMD_ADDRESS: '127.0.0.1',
    ERL_EPMD_PORT: '1004',
  });
  expect(settings.env.RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS).toMatch(/inet_dist_use_interface \{127,0,0,1\}/);
  expect(settings.files['rabbitmq.conf']).toMatch(/management\.tcp\.ip = 127\.0\.0\.1\nmanagement\.tcp\.port = 1002/);
  expect(settings.amqpUrl).toBe('amqp://guest:guest@127.0.0.1:1001');
});
