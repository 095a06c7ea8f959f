import { join } from 'node:path';

export interface NodePorts {
  readonly amqp: number;
  readonly management: number;
  readonly distribution: number;
  readonly epmd: number;
}

export interface NodeSettings {
  readonly env: Record<string, string>;
  /** Text by file name, to be written into the folder before the start. */
  readonly files: Record<string, string>;
  readonly amqpUrl: string;
  readonly managementUrl: string;
}

/**
 * A RabbitMQ node that shares nothing with any other: own name, ports, cookie, data, logs and plugins, all in one folder, and
 * loopback only. It reads nothing of /etc/rabbitmq.
 */
export function nodeSettings(folder: string, ports: NodePorts): NodeSettings {
  const at = (name: string) => join(folder, name);
  return {
    env: { ...erlangEnv(folder, ports), ...rabbitEnv(at, ports) },
    files: {
      'rabbitmq.conf': configuration(ports),
      'advanced.config': advanced,
      enabled_plugins: '[rabbitmq_management].\n',
    },
    amqpUrl: `amqp://guest:guest@127.0.0.1:${ports.amqp}`,
    managementUrl: `http://guest:guest@127.0.0.1:${ports.management}`,
  };
}

function erlangEnv(folder: string, ports: NodePorts): Record<string, string> {
  return { HOME: folder, ERL_EPMD_PORT: String(ports.epmd), ERL_EPMD_ADDRESS: '127.0.0.1' };
}

function rabbitEnv(at: (name: string) => string, ports: NodePorts): Record<string, string> {
  return {
    RABBITMQ_NODENAME: 'order-events@localhost',
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_CONF_ENV_FILE: at('no-env.conf'),
    RABBITMQ_CONFIG_FILE: at('rabbitmq.conf'),
    RABBITMQ_ADVANCED_CONFIG_FILE: at('advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: at('enabled_plugins'),
    RABBITMQ_MNESIA_BASE: at('mnesia'),
    RABBITMQ_LOG_BASE: at('log'),
    RABBITMQ_SCHEMA_DIR: at('schema'),
    RABBITMQ_GENERATED_CONFIG_DIR: at('config'),
    RABBITMQ_PLUGINS_EXPAND_DIR: at('plugins-expand'),
    RABBITMQ_PID_FILE: at('node.pid'),
    // The start script then becomes the node itself, so that its process id is the node's.
    RABBITMQ_ALLOW_INPUT: '1',
    // Idle schedulers sleep at once: two cores are shared with everything else.
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      '-noinput +Bi +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}',
  };
}

// What a delay queue could not hand back, because the queue it belongs to was full or gone, it offers again after this time; by default after 3 min.
const advanced = '[{rabbit, [{dead_letter_worker_publisher_confirm_timeout, 10000}]}].\n';

function configuration(ports: NodePorts): string {
  return [
    'management.tcp.ip = 127.0.0.1',
    `management.tcp.port = ${ports.management}`,
    'collect_statistics_interval = 1000',
    'disk_free_limit.absolute = 50MB',
    '',
  ].join('\n');
}
