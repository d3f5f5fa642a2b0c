/**
 * A gate in front of a server: all traffic passes, until a test holds a request back before the server gets it, or its
 * answer before the caller gets it. What happens to the caller meanwhile is then no matter of luck.
 */
import net from 'node:net';
import { LOOPBACK } from '../../platform/free-port';

/** What to hold. The texts are looked for in the bytes of one request, each anywhere in it. */
export interface HoldSpec {
  /** All of these stand in the request. */
  request: RegExp[];
  /** `request`: the server does not get (all of) it · `answer`: it is carried out, and nobody hears of it. */
  stage: 'request' | 'answer';
}

/** A hold in force: every matching request is held, also repeats of it, until the gate is lifted. */
export interface Hold {
  /** How many requests were held so far. */
  count(): number;
}

interface ActiveHold extends HoldSpec {
  held: number;
}

export class Gate {
  private holds: ActiveHold[] = [];
  private readonly stuck = new Set<{ socket: net.Socket; release: () => void }>();
  private readonly sockets = new Set<net.Socket>();
  /** How often somebody connected. */
  connections = 0;

  private constructor(
    private readonly server: net.Server,
    /** The port to connect to instead of the server's own. */
    readonly port: number,
  ) {}

  /** Opens a gate in front of a loopback port. */
  static async before(targetPort: number): Promise<Gate> {
    const server = net.createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, LOOPBACK, resolve);
    });
    const gate = new Gate(server, (server.address() as net.AddressInfo).port);
    server.on('connection', (client) => gate.connect(client, targetPort));
    return gate;
  }

  /** The same address, through the gate. */
  through(url: string): string {
    const gated = new URL(url);
    gated.port = String(this.port);
    return gated.href.replace(/\/$/, url.endsWith('/') ? '/' : '');
  }

  hold(spec: HoldSpec): Hold {
    const active: ActiveHold = { ...spec, held: 0 };
    this.holds.push(active);
    return { count: () => active.held };
  }

  /** Ends all holds: what was held goes on its way, where somebody still waits for it. */
  lift(): void {
    this.holds = [];
    for (const { release } of this.stuck) release();
    this.stuck.clear();
  }

  /** Ends all holds: what was held never arrives, also where its sender is dead and it would. */
  cut(): void {
    this.holds = [];
    for (const { socket } of this.stuck) socket.destroy();
    this.stuck.clear();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private connect(client: net.Socket, targetPort: number): void {
    this.connections++;
    const server = net.connect(targetPort, LOOPBACK);
    let request = '';
    let answerHeld: ActiveHold | undefined;
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => undefined); // the close that follows ends the other side
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    client.on('data', (chunk) => {
      request += chunk.toString('latin1');
      const found = this.holds.find((hold) => hold.request.every((text) => text.test(request)));
      if (found?.stage === 'request') return this.keep(found, client, () => server.write(chunk));
      if (found && answerHeld !== found) answerHeld = found;
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      request = '';
      const hold = answerHeld;
      answerHeld = undefined;
      if (hold && this.holds.includes(hold)) return this.keep(hold, server, () => client.write(chunk));
      client.write(chunk);
    });
  }

  /** Nothing more is read from the socket until the gate is lifted. */
  private keep(hold: ActiveHold, socket: net.Socket, release: () => void): void {
    hold.held++;
    socket.pause();
    this.stuck.add({
      socket,
      release: () => {
        release();
        socket.resume();
      },
    });
  }
}
