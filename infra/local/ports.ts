import { createServer } from 'node:net';

/** The services of the local system, in the order of their ports. */
export const services = ['api', 's3', 'sandbox', 'aws', 'dynamodb', 'operator', 'console'] as const;

export type Service = (typeof services)[number];

export type Ports = Record<Service, number>;

/** One port after the other from the first. 0: any free port for each. */
export const portsFrom = (first: number): Ports =>
  Object.fromEntries(services.map((service, n) => [service, first === 0 ? 0 : first + n])) as Ports;

/** @returns the first port that another program holds, and the service that needs it */
export const takenAmong = async (ports: Ports): Promise<{ service: Service; port: number } | undefined> => {
  for (const service of services) {
    const port = ports[service];
    if (port !== 0 && !(await isFree(port))) return { service, port };
  }
  return undefined;
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
