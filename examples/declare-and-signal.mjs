// What a detector of your own may do: declare an incident, and say how it goes on. docs/client.md explains it.
//   TEMPORAL_ADDRESS=127.0.0.1:7233 node examples/declare-and-signal.mjs
import { connectTocsin, newIncidentId } from 'tocsin';

const tocsin = await connectTocsin();
const now = new Date().toISOString();
const { id } = await tocsin.declare({
  declaration: {
    id: newIncidentId(),
    title: 'Deploy key used from an unknown network',
    kind: 'leaked-credential',
    severity: 'sev2',
    owner: 'oncall',
    detectedAt: now,
    declaredAt: now,
    declaredBy: 'key-monitor',
    source: 'key monitor',
    affects: ['confidentiality'],
    serviceAffecting: false,
  },
});
await tocsin.signal(id, 'status', { status: 'investigating', by: 'key-monitor', note: 'key is revoked' });
const receipt = await tocsin.send(id, 'assess', { by: 'oncall', assessment: { personalData: 'no' } });
console.log(`${id}: ${receipt.events.map((event) => event.kind).join(', ')}`);
await tocsin.close();
