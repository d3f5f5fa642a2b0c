/** Who decided that a duty is not required: the person who did, else the rule, on what a person stated. */
import { explanationLines } from '../../../cli/commands/incident/explain';
import { Output } from '../../../cli/rendering/output';
import { recordLines } from '../../../cli/rendering/record-lines';
import { explain } from '../../../domain/incident/explain';
import { TOCSIN } from '../../../domain/kernel/recorded-event';
import { recordGroups } from '../../../register/forms/record-groups';
import { valuesOf } from '../../../register/forms/value';
import { groupEntry } from '../../../register/show';
import { Screen } from '../cli/helpers';
import { parseMessage } from './helpers/commands';
import { accounts, assessment, at, COUNSEL, ONCALL } from './helpers/facts';
import { NOT_OWED_REASON, Story } from './helpers/story';

const ART33 = 'gdpr-art33-authority';
/** Promised by the Trust Center, not by a law: the rule alone decides that it falls away. */
const PROMISE = 'enterprise-notice';

const out = () => new Output(new Screen(), {});
const oneLine = (lines: string[]) => lines.join(' ').replace(/\s+/g, ' ');
const explained = ({ state, pack }: Story) => oneLine(explain(state, pack).flatMap((e) => explanationLines(e, out())));
const recorded = ({ events }: Story) => oneLine(recordLines(groupEntry(events), out()));
const form = ({ events, pack }: Story) =>
  JSON.stringify(recordGroups(groupEntry(events), { pack, asValue: valuesOf(undefined) }));

/** No personal data is affected, says whoever is on call. */
function noData(): Story {
  const story = new Story().to(1);
  story.send('assess', { assessment: { personalData: 'no' } });
  return story;
}

test('where the rule decided, the rule is named, and the person only for what they stated', () => {
  const story = noData();
  const { decision } = story.obligation(PROMISE);
  expect(decision).toMatchObject({ by: ONCALL });
  const rule = `the rule ${PROMISE}, on what ${ONCALL} stated`;
  expect(explained(story)).toContain(`${PROMISE}: not required, by ${rule}, on `);
  expect(explained(story)).not.toContain(`not required, by ${ONCALL}`);
  expect(recorded(story)).toContain(`(${rule}, `);
  // A form names the law first.
  expect(form(story)).toMatch(new RegExp(`Tocsin, under [^"]+ \\(rule ${PROMISE}\\), on what ${ONCALL} stated`));
});

test('where a person decided, the person is named, and no rule', () => {
  const story = noData();
  story.send('not-owed', { obligation: ART33, reason: NOT_OWED_REASON, by: COUNSEL });
  expect(explained(story)).toContain(`${ART33}: not required, by ${COUNSEL}, on `);
  expect(recorded(story)).toContain(`${NOT_OWED_REASON} (${COUNSEL}, `);
  for (const text of [explained(story), recorded(story), form(story)])
    expect(text).not.toContain(`the rule ${ART33}, on what`);
});

test('a report whose authority a person decided fell to that person’s decision', () => {
  const story = new Story({ serviceAffecting: false }).to(1);
  const dataSets = [accounts({ residence: {}, individuals: 400, significantHarm: 'no' })];
  story.send('assess', { assessment: assessment({ dataSets }), awareAt: at(1) });
  const reason = 'most of the accounts were opened from Ireland, as the sign-up log of that week shows';
  story.send('decide-authority', { obligation: ART33, authority: 'ie-dpc', reason, by: COUNSEL });
  expect(explained(story)).toContain(`${ART33}:to-be-determined: not required, by ${COUNSEL}, on `);
});

test('a report whose authority the facts determine falls away by the rule', () => {
  const story = new Story({ serviceAffecting: false }).to(1);
  const dataSets = (residence: object) => [accounts({ residence: residence as never, significantHarm: 'no' })];
  story.send('assess', { assessment: assessment({ dataSets: dataSets({}) }), awareAt: at(1) });
  story.send('assess', { assessment: assessment({ dataSets: dataSets({ DE: 200 }) }) });
  expect(explained(story)).toContain(
    `${ART33}:to-be-determined: not required, by the rule ${ART33}, on what ${ONCALL}`,
  );
});

test('whoever went past the server has the reason beside their name in all that follows, and Tocsin has none', () => {
  const breakGlass = 'the server was away';
  const story = new Story().to(1);
  const sent = story.send('assess', { assessment: { personalData: 'no' }, breakGlass });
  const theirs = sent.filter(({ by }) => by === ONCALL);
  expect(theirs.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['assessed', 'obligation-not-required']));
  expect(theirs.filter((each) => each.breakGlass !== breakGlass)).toEqual([]);
  expect(sent.filter(({ by }) => by === TOCSIN).filter((each) => each.breakGlass !== undefined)).toEqual([]);
  expect(parseMessage('assess', { by: ONCALL, breakGlass, assessment: { personalData: 'x' } })).toMatchObject({
    ok: false,
    by: ONCALL,
    breakGlass,
  });
});
