// How each attack of docs/threat-model.md worked: what in today's source lets it through again when it is taken away. `npm run
// attacks` does so in a copy and demands that the attack's test fails; test/unit/tools/threat-model.test.ts demands that every
// attack is here and that every piece of source still is what is named. `built`: the test runs what is compiled.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are pieces of source.
'use strict';

/** @type {Record<string, { built?: true, take: { file: string, away: string, leave?: string }[] }>} */
module.exports = {
  'fill a register with messages that nobody sealed': {
    built: true,
    take: [{ file: 'workflows/lifecycle.ts', away: 'nth > TOLD_SINGLY', leave: 'nth < -TOLD_SINGLY' }],
  },
  'give an incident orders from a page of another site, by the HTTP API under any host': {
    take: [
      {
        file: 'stack/temporal.ts',
        away: `args.push('--dynamic-config-value', 'frontend.httpAllowedHosts=["nobody.invalid"]');`,
      },
    ],
  },
  'the same, by the Web UI and its codec': {
    take: [{ file: 'stack/gateway/session.ts', away: 'origin !== undefined && !isOwn(origin, port)', leave: 'false' }],
  },
  'signal or update an incident without the keys': {
    take: [
      {
        file: 'client/codec.ts',
        away: "return { foreign: 'unsealed', why: 'is not sealed' }",
        leave: 'return payload',
      },
    ],
  },
  'move a sealed message to another incident, or alter it': {
    take: [{ file: 'client/codec.ts', away: 'expected && binding !== expected', leave: 'false' }],
  },
  'send a sealed message of the same incident again, under another name': {
    built: true,
    take: [
      {
        file: 'workflows/lib/receive-messages.ts',
        away: 'seal === undefined ? raw : { commandId: `seal-${seal.number}`, ...(raw as object) }',
        leave: 'raw',
      },
    ],
  },
  'begin an incident again with the start that Temporal keeps': {
    built: true,
    take: [
      { file: 'workflows/lib/begun-once.ts', away: '<= (resumed?.entries ?? (carried ? seqOf() : 0))', leave: '>= 0' },
    ],
  },
  'go on from an older state of an incident': {
    built: true,
    take: [
      { file: 'workflows/lib/begun-once.ts', away: '<= (resumed?.entries ?? (carried ? seqOf() : 0))', leave: '>= 0' },
    ],
  },
  'have the register say that somebody resumed a case': {
    built: true,
    take: [
      {
        file: 'workflows/lib/begun-once.ts',
        away: "if (resumed && !patched('resumed-once')) return;",
        leave: 'if (resumed && resumed.entries !== -1) return;',
      },
    ],
  },
  'end a case and have something run in its place': {
    take: [
      { file: 'domain/watch/finding.ts', away: 'if (run.astray)', leave: 'if (run.astray && run.failing.length > 0)' },
    ],
  },
  'take the tasks of a case and let its deadlines pass': {
    take: [
      {
        file: 'watchdog/roll-call.ts',
        away: 'entries !== undefined && entries >= seq',
        leave: 'entries !== seq',
      },
    ],
  },
  'set a case aside for a version of workers that nobody has': {
    take: [{ file: 'watchdog/astray.ts', away: 'versioningInfo?.versioningOverride', leave: 'false' }],
  },
  "have an activity done again for a workflow of one's own": {
    take: [
      {
        file: 'worker/answers.ts',
        away: 'asked?.run !== info.workflowExecution?.runId || asked?.activity !== info.activityType',
        leave: '!asked',
      },
    ],
  },
  "have the register say a failure's text that no worker gave": {
    take: [{ file: 'domain/kernel/answer.ts', away: ' && said.message === failed.message' }],
    built: true,
  },
  'repeat what a delivery says': {
    built: true,
    take: [{ file: 'workflows/lib/receive-messages.ts', away: 'if (isAgain(raw)) return;' }],
  },
  "lose a detection by a workflow of its case's id": {
    take: [
      {
        file: 'client/tocsin-client.ts',
        away: "!== 'never opened') return false",
        leave: "!== 'never opened' || again) return false",
      },
    ],
  },
  'keep an incident from being declared by a workflow of its id': {
    built: true,
    take: [{ file: 'workflows/lib/begin-case.ts', away: '!patched(patch)', leave: "patch.startsWith('inc')" }],
  },
  'keep a patch task from being opened by a workflow of its id': {
    built: true,
    take: [{ file: 'workflows/lib/begin-case.ts', away: '!patched(patch)', leave: "patch.startsWith('patch')" }],
  },
  'hide an ended incident by a workflow of its id': {
    take: [
      {
        file: 'client/how-it-ended.ts',
        away: 'for (const before of await runsOf(temporal, id))',
        leave: 'for (const before of [] as WorkflowExecutionInfo[])',
      },
    ],
  },
  'break lists by a label that nobody sealed': {
    take: [{ file: 'client/executions.ts', away: '.catch(() => read(unlabelled))' }],
  },
  'hold work up for years by a failed attempt': {
    take: [{ file: 'domain/watch/finding.ts', away: 'attempt < WORK_TRIES && !isHeld', leave: 'attempt < WORK_TRIES' }],
  },
  'destroy data keys as the writer': {
    take: [
      {
        file: 'postgres/migrations/018_bounds_of_the_writer.sql',
        away: 'REVOKE UPDATE ON tocsin.register_keys FROM tocsin_writer;',
      },
    ],
  },
  'have the worker talk to another Postgres without TLS by PGHOST': {
    take: [{ file: 'postgres/verified-tls.ts', away: "if (host === '')", leave: 'if (false)' }],
  },
  'give the true answer to one activity as that to another': {
    built: true,
    take: [
      {
        file: 'workflows/lib/answers.ts',
        away: "if (!said) throw again('the answer to an activity was given to another call');",
        leave: 'if (!said) return given;',
      },
    ],
  },
  'have the command say that a message was taken': {
    take: [{ file: 'client/receipt.ts', away: 'to === commandId', leave: 'to !== null' }],
  },
  'have the command show a refusal that no worker gave': {
    take: [
      { file: 'client/failure-converter.ts', away: '!failure.encodedAttributes', leave: 'failure.encodedAttributes' },
    ],
  },
  'say that an activity failed for good': {
    built: true,
    take: [
      {
        file: 'workflows/lib/answers.ts',
        away: '!isFailureTo(details?.at(-1), made, { message, type: type ?? null, final: nonRetryable ?? false })',
        leave: 'false',
      },
    ],
  },
  'complete an activity with a made-up answer': {
    take: [
      {
        file: 'client/codec.ts',
        away: "return { foreign: 'unsealed', why: 'is not sealed' }",
        leave: 'return payload',
      },
    ],
  },
  "read titles, failures and addresses in Temporal's store": {
    built: true,
    take: [
      {
        file: 'client/failure-converter.ts',
        away: 'encodeCommonAttributes: true',
        leave: 'encodeCommonAttributes: false',
      },
      {
        file: 'workflows/lib/failure-converter.ts',
        away: 'encodeCommonAttributes: true',
        leave: 'encodeCommonAttributes: false',
      },
    ],
  },
  'sign an invented log with a retired key': {
    built: true,
    take: [
      {
        file: 'register/verifier/log-keys.ts',
        away: 'if (proof === undefined) return false;',
        leave: 'if (proof !== undefined && rotation.size > 0) return true;\n  if (proof === undefined) return false;',
      },
    ],
  },
  'replace the register by one that a retired key signed': {
    take: [
      {
        file: 'register/anchors/known-checkpoints.ts',
        away: 'for (const { size, root } of keys.rotations) found.known.push({ size, root, by: BY_LOG });',
      },
    ],
  },
  "hide an incident in a quarter's export": {
    built: true,
    take: [{ file: 'register/verifier/export-verifier.ts', away: " && scope.kind !== 'incidents'" }],
  },
  'add a signature line to a checkpoint': {
    built: true,
    take: [{ file: 'register/verifier/report.ts', away: 'for (const name of others) say(extraText(name, origin));' }],
  },
  "restore what was erased from Postgres' statistics": {
    take: [
      {
        file: 'register/erase/rewrite-erased.ts',
        away: 'for (const table of tables) await clearStatistics(client, table);',
      },
    ],
  },
  "find what was erased in Postgres' files": {
    take: [
      {
        file: 'register/erase/rewrite-erased.ts',
        away: 'if (bytes <= largestBytes) await client.query(commands[index]!);',
        leave: 'if (bytes <= largestBytes) continue;',
      },
    ],
  },
  'find what was erased, or a secret, anywhere in the stack': {
    built: true,
    take: [
      {
        file: 'cli/commands/up.ts',
        away: 'return { temporal: { address, namespace, uiUrl }, mailbox: mailbox.url, site: site.url };',
        leave: 'return { temporal, mailbox: mailbox.url, site: site.url };',
      },
    ],
  },
  "write another incident's register by carried state": {
    built: true,
    take: [{ file: 'workflows/lib/carried.ts', away: ' && attempt === 1 && !cronSchedule' }],
  },
  "jam an incident's register": {
    take: [
      {
        file: 'activities/register.ts',
        away: '!writesFor(writer, incidentId)',
        leave: 'false',
      },
    ],
  },
  'claim that mails were sent': {
    built: true,
    take: [
      {
        file: 'workflows/lib/mail-rounds.ts',
        away: 'this.heard.delete(work.key);',
        leave: 'const told = this.heard.delete(work.key);',
      },
      {
        file: 'workflows/lib/mail-rounds.ts',
        away: 'if (summary.pending === 0) return',
        leave: 'if (summary.pending === 0 || told) return',
      },
    ],
  },
  "put mails off for years by a provider's answer": {
    take: [
      {
        file: 'activities/mail/rate-pacer.ts',
        away: 'Math.min(seconds * 1000, LONGEST_PAUSE_MS)',
        leave: 'seconds * 1000',
      },
    ],
  },
  'end a delivery half-way': {
    built: true,
    take: [
      {
        file: 'workflows/lib/mail-rounds.ts',
        away: 'const again = await this.begin(work, round);',
        leave: 'const again = undefined as Child | undefined;',
      },
    ],
  },
  "end an incident's clocks with Temporal's *terminate*": {
    take: [
      {
        file: 'domain/watch/finding.ts',
        away: "return [{ kind: 'stopped',",
        leave: "if (!remedy) return [{ kind: 'stopped',",
      },
    ],
  },
  "count a recorder's measure as containment": {
    take: [
      {
        file: 'domain/incident/evolve-containment.ts',
        away: "state: stays ? 'applied' : outcome, detail",
        leave: "state: stays || outcome === 'recorded-only' ? 'applied' : outcome, detail",
      },
    ],
  },
  'plant a program in the temporary folder': {
    take: [
      {
        file: 'stack/temporal-executable.ts',
        away: "[findOnPath('temporal', env), 'temporal on PATH'],",
        leave:
          "[findOnPath('temporal', env), 'temporal on PATH'],\n    [path.join(require('node:os').tmpdir(), `temporal-sdk-typescript-${require('@temporalio/client/package.json').version}`), 'the SDK'],",
      },
    ],
  },
  'exchange a program in the cache': {
    take: [
      {
        file: 'stack/temporal-executable.ts',
        away: 'if (origin === CACHE) await checkPinned(path.dirname(candidate));',
      },
    ],
  },
  'read secrets in the environment of a child server': {
    take: [
      {
        file: 'platform/server-process.ts',
        away: '...childEnvironment(env ?? process.env)',
        leave: '...(env ?? process.env)',
      },
    ],
  },
  'read mails and dossiers as another account, by the servers of this machine': {
    take: [
      {
        file: 'stack/gateway/session.ts',
        away: 'if (isFree(request)) return;',
        leave: 'if (isFree.length < 2) return;',
      },
    ],
  },
  'read the data folder as another account': {
    take: [{ file: 'platform/write-whole.ts', away: "open(temporary, 'wx', 0o600)", leave: "open(temporary, 'wx')" }],
  },
  'work as a superuser or as the owner': {
    take: [{ file: 'postgres/pool.ts', away: 'if (refusePower) await refusePowerOf(client);' }],
  },
  'the same, in the thread that signs': {
    built: true,
    take: [
      {
        file: 'worker/signing-thread.ts',
        away: 'createPool(databaseUrl, { refusePower })',
        leave: 'createPool(databaseUrl)',
      },
    ],
  },
  'stop the signing for good by taking the turn for ever': {
    take: [
      {
        file: 'postgres/migrations/018_bounds_of_the_writer.sql',
        away: "IF NEW.held_until > OLD.held_until AND NEW.held_until > clock_timestamp() + interval '1 minute' THEN",
        leave: 'IF false THEN',
      },
    ],
  },
  'the same, by saying that more was signed than there is': {
    take: [
      {
        file: 'postgres/migrations/018_bounds_of_the_writer.sql',
        away: 'IF NEW.size > OLD.size AND NEW.size > (',
        leave: 'IF NEW.size < (',
      },
    ],
  },
  'the same, by a tree that nobody signed': {
    take: [{ file: 'register/log/signer-row.ts', away: 'if (note === null) return row;', leave: 'return row;' }],
  },
  'the same, by taking the turn again and again': {
    take: [{ file: 'register/log/signing-service.ts', away: 'await this.tellLate(signer.holder);' }],
  },
  'write past a trigger where ordinary triggers are switched off': {
    take: [
      {
        file: 'postgres/migrations/018_bounds_of_the_writer.sql',
        away: 'ALTER TABLE tocsin.log_signer ENABLE ALWAYS TRIGGER log_signer_goes_forward;',
      },
    ],
  },
  'occupy the place of an artefact': {
    take: [
      {
        file: 'activities/storage/postgres-artefacts.ts',
        away: 'if (Buffer.isBuffer(sealed) && opened(sha256, of, sealed, row.key) !== undefined) return sha256;',
        leave: 'return sha256;',
      },
    ],
  },
  'keep a page or a mail to staff from going out by its mark': {
    take: [
      {
        file: 'activities/storage/postgres-artefacts.ts',
        away: 'if (rows.some(({ mark, earlier }) => earlier || proved.includes(mark))) return true;',
        leave: 'if (rows.length > 0) return true;',
      },
    ],
  },
  'leave people untold by a list of who was told': {
    take: [
      {
        file: 'activities/storage/postgres-artefacts.ts',
        away: 'earlier ? [...proofs, UNPROVED] : proofs',
        leave: '[...proofs, UNPROVED]',
      },
    ],
  },
  'work on with a login that was stolen': {
    take: [{ file: 'postgres/logins.ts', away: '`ALTER ROLE ${login} ${as}`', leave: '`SELECT 1`' }],
  },
  'open personal data as an auditor': {
    take: [
      {
        file: 'postgres/migrations/011_auditor_without_keys.sql',
        away: 'REVOKE SELECT ON tocsin.register_keys FROM tocsin_auditor;',
      },
    ],
  },
  'lose an alert by an IPv4-mapped address': {
    take: [{ file: 'domain/kernel/ip-address.ts', away: 'bits >> 32n === MAPPED', leave: 'bits < 0n' }],
  },
  'have Tocsin rotate its own login or key': {
    take: [
      {
        file: 'activities/containment/index.ts',
        away: 'config.own && ownCredentialProblem(config.own, measure.credential)',
        leave: 'undefined',
      },
    ],
  },
  'have third parties blocked by forged traffic': {
    take: [
      {
        file: 'domain/triage/unattended.ts',
        away: "sources.filter((source) => indicatorKind(source) === 'address')",
        leave: 'sources',
      },
    ],
  },
  'hide behind a dismissal': {
    take: [
      {
        file: 'domain/triage/late.ts',
        away: '!isRepeat(state, detection, judgement.severity)',
        leave: 'false',
      },
    ],
  },
  'have the company itself blocked, in another spelling': {
    take: [{ file: 'domain/kernel/ip-address.ts', away: '[...WAYS, ...isatapOf(range)]', leave: 'WAYS' }],
  },
  'close the report channel': {
    take: [{ file: 'detection/reports/store/accept-report.ts', away: 'isNew ? NEWCOMERS : 1', leave: '1' }],
  },
  'close the report channel for somebody by claiming their address': {
    take: [
      {
        file: 'detection/reports/store/accept-report.ts',
        away: 'AND (confirmed_at IS NOT NULL OR network IS NOT DISTINCT FROM $4)',
      },
    ],
  },
  'aim mails at strangers through the report form': {
    take: [
      {
        file: 'detection/reports/store/reporter.ts',
        away: "WHEN mail = 'acknowledgement' AND confirmed_at IS NULL THEN 'not-confirmed'",
      },
      { file: 'detection/reports/store/reporter-proof.ts', away: 'confirmed_at !== null && ' },
    ],
  },
  'aim requests to confirm at strangers in number': {
    take: [
      {
        file: 'detection/reports/store/reporter.ts',
        away: "WHEN mail = 'confirmation' AND (${WRITTEN_TO} OR ${SET_OFF}) THEN 'limited'",
      },
    ],
  },
  'the same, once the report was erased': {
    take: [{ file: 'detection/reports/store/erase-report.ts', away: 'await keepRequests(client, reportId, now);' }],
  },
  'the same, by mails in the name of strangers': {
    take: [
      {
        file: 'detection/reports/store/reporter.ts',
        away: "WHEN mail = 'confirmation' AND ${SET_OFF_BY_MAIL} THEN 'limited'",
      },
    ],
  },
  'the same, by other spellings of one address': {
    take: [
      {
        file: 'activities/mail/mail-address.ts',
        away: '(mailAddress(text) ?? text.trim()).toLowerCase()',
        leave: 'text.toLowerCase()',
      },
      {
        file: 'detection/reports/parse-report.ts',
        away: ".pipe(mailAddressSchema('is not an email address: correct it, or leave it out to stay anonymous'))",
        leave: '.pipe(z.string())',
      },
    ],
  },
  'have somebody told twice by two spellings of one address': {
    take: [
      {
        file: 'activities/mail/mail-address.ts',
        away: '(mailAddress(text) ?? text.trim()).toLowerCase()',
        leave: 'text.toLowerCase()',
      },
    ],
  },
  'the same, by reports that come at once': {
    take: [{ file: 'detection/reports/store/reporter.ts', away: ', MAILS_LOCK)', leave: ')' }],
  },
  "open cases, or keep a detection out, with the writer's login": {
    take: [
      {
        file: 'detection/intake/inbox/inbox-proof.ts',
        away: 'if (earlier || this.secrets.length === 0) return true;',
        leave: 'if (earlier || this.secrets.length > 0) return true;',
      },
    ],
  },
  'change a detection that waits': {
    take: [
      {
        file: 'postgres/migrations/019_detections_are_proved.sql',
        away: 'REVOKE INSERT, UPDATE ON tocsin.inbox FROM tocsin_writer;',
      },
    ],
  },
  "confirm a reporter's address with the writer's login": {
    take: [
      {
        file: 'detection/reports/store/reporter.ts',
        away: 'proofs.wasConfirmed(report, row)',
        leave: 'true',
      },
    ],
  },
  'have a link to confirm lead to a site of theirs': {
    take: [
      {
        file: 'detection/reports/store/reporter.ts',
        away: 'proofs.wasTaken(report, row)',
        leave: 'true',
      },
    ],
  },
  'confirm by opening, guessing or moving a link': {
    take: [
      {
        file: 'detection/reports/store/confirm-report.ts',
        away: '!found?.proofs.isToken(token, found.report, found.row)',
        leave: '!found',
      },
    ],
  },
  'show another audit log by plain HTTP or a redirect': {
    take: [
      { file: 'detection/audit/sources.ts', away: "assertSealed('the address', url);" },
      { file: 'detection/audit/sources.ts', away: "redirect: 'manual'", leave: "redirect: 'follow'" },
    ],
  },
  'find a directory that does not work only when people must be told': {
    take: [
      {
        file: 'activities/directory/sql-directory.ts',
        away: 'if (missing.length > 0)',
        leave: 'if (missing.length > 99)',
      },
    ],
  },
  'keep a delivery reading for ever by the pages of a directory': {
    take: [{ file: 'activities/directory/http-pages.ts', away: 'if (seen.has(digest))', leave: 'if (number > 999)' }],
  },
  'act on a terminal by a title': {
    take: [{ file: 'cli/rendering/output.ts', away: '`${forTerminal(text)}\\n`', leave: '`${text}\\n`' }],
  },
  'fill disk and memory by webhooks to the recorder': {
    take: [
      { file: 'stack/cloudflare-recorder/index.ts', away: 'bodyLimit: MOST_HOOK_BYTES, onRequest: refuseCrossSite' },
    ],
  },
  'have mails, or the key of their provider, go over plain http': {
    take: [{ file: 'settings/guards.ts', away: 'problems: mailAddressProblems', leave: 'problems: () => []' }],
  },
  'have every certificate believed': {
    take: [{ file: 'settings/guards.ts', away: 'problems: certificateProblems', leave: 'problems: () => []' }],
  },
  'count a blank setting as an anchor': {
    take: [{ file: 'settings/guards.ts', away: "told?.replace(/[\\s,]/g, '')", leave: 'told' }],
  },
  'have reporters wait for links that cannot be mailed, or that lead to an example': {
    take: [{ file: 'settings/guards.ts', away: 'problems: reportProblems', leave: 'problems: () => []' }],
  },
  'mail real people from a stack for trying things out': {
    take: [{ file: 'cli/commands/up.ts', away: 'if (!options.liveProviders) refuseLiveProviders(shell.env);' }],
  },
  'acknowledge alarms by an event that PagerDuty did not sign': {
    take: [
      {
        file: 'server/callbacks/pagerduty-event.ts',
        away: 'if (anyEqual(given, expected)) return;',
        leave: 'if (given && expected) return;',
      },
    ],
  },
  'the same, by an event that was recorded': {
    take: [
      { file: 'server/callbacks/pagerduty.ts', away: 'keyOf(event.eventId,', leave: 'keyOf(String(Math.random()),' },
    ],
  },
  'the same, by a button of Slack that was recorded': {
    take: [
      {
        file: 'server/callbacks/slack-interaction.ts',
        away: '> REPLAY_WINDOW_MS)',
        leave: '> 1e6 * REPLAY_WINDOW_MS)',
      },
    ],
  },
  'have the server call an address of theirs by a button': {
    take: [{ file: 'server/callbacks/slack-interaction.ts', away: "host === 'hooks.slack.com'", leave: "host !== ''" }],
  },
};
