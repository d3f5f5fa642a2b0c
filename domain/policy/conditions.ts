/** Three-valued evaluation of a policy condition on the facts: true, false, or undecided, each with its reasons in words. */
import type { DataSet } from '../incident/incident';
import type { IncidentState } from '../incident/state';
import { type Condition, type DataSetCondition, type ObligationRule, type PolicyPack, ruleOf } from './policy';

export interface Verdict {
  /** `undefined`: the facts needed are not known yet. */
  value: boolean | undefined;
  /** Why, as short sentences for `explain`, the register and the dossier. */
  because: string[];
}

/** EU member states, Iceland, Liechtenstein and Norway (EEA Agreement; the GDPR applies in all of them). */
export const EEA = 'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO'.split(
  ' ',
);

const yes = (why: string): Verdict => ({ value: true, because: [why] });
const no = (why: string): Verdict => ({ value: false, because: [why] });
const undecided = (why: string): Verdict => ({ value: undefined, because: [why] });

/** Evaluates a condition. `all` is false as soon as one part is, `any` true as soon as one part is. */
export function evaluate(condition: Condition, state: IncidentState): Verdict {
  if ('always' in condition) return yes('applies to every incident');
  if ('all' in condition) return combine(condition.all, state, false);
  if ('any' in condition) return combine(condition.any, state, true);
  if ('not' in condition) {
    const verdict = evaluate(condition.not, state);
    return { value: verdict.value === undefined ? undefined : !verdict.value, because: verdict.because };
  }
  if ('serviceAffecting' in condition) {
    const actual = state.declaration.serviceAffecting;
    const why = actual ? 'the incident affects the service' : 'the incident does not affect the service';
    return actual === condition.serviceAffecting ? yes(why) : no(why);
  }
  if ('shareSummary' in condition) {
    if (!state.review) return undecided('the review has not decided yet whether a summary is shared');
    const actual = state.review.shareSummary;
    const why = actual ? 'the review shares a summary with customers' : 'the review decided not to share a summary';
    return actual === condition.shareSummary ? yes(why) : no(why);
  }
  if ('personalData' in condition) return personalData(condition.personalData, state);
  if ('waived' in condition) {
    const waived = Object.values(state.obligations).some(
      (o) => o.rule === condition.waived && o.decision?.ground === condition.ground,
    );
    const why = `${condition.waived} was ${waived ? '' : 'not '}waived on the ground ${condition.ground}`;
    return waived ? yes(why) : no(why);
  }
  return someDataSet(condition.dataSet, state);
}

function combine(parts: Condition[], state: IncidentState, decisive: boolean): Verdict {
  const verdicts = parts.map((part) => evaluate(part, state));
  const deciding = verdicts.find((verdict) => verdict.value === decisive);
  if (deciding) return deciding;
  const open = verdicts.filter((verdict) => verdict.value === undefined);
  if (open.length > 0) return { value: undefined, because: open.flatMap((verdict) => verdict.because) };
  return { value: !decisive, because: verdicts.flatMap((verdict) => verdict.because) };
}

function personalData(accepted: string[], state: IncidentState): Verdict {
  const answer = state.assessment?.facts.personalData ?? 'unknown';
  if (answer === 'unknown') return undecided('it is not yet assessed whether personal data is affected');
  const why = {
    yes: 'personal data is affected',
    possible: 'personal data may be affected',
    no: 'no personal data is affected',
  }[answer];
  return accepted.includes(answer) ? yes(why) : no(why);
}

function someDataSet(wanted: DataSetCondition, state: IncidentState): Verdict {
  const facts = state.assessment?.facts;
  if (!facts || facts.personalData === 'unknown') return undecided('the affected data sets are not yet assessed');
  if (facts.personalData === 'no') return no('no personal data is affected');
  if (facts.dataSets.length === 0) return undecided('personal data may be affected, but no data set is named yet');
  const verdicts = facts.dataSets.map((dataSet) => matchDataSet(dataSet, wanted));
  const met = verdicts.find((verdict) => verdict.value === true);
  if (met) return met;
  const open = verdicts.filter((verdict) => verdict.value === undefined);
  if (open.length > 0) return { value: undefined, because: open.flatMap((verdict) => verdict.because) };
  return { value: false, because: verdicts.flatMap((verdict) => verdict.because) };
}

/** Judges one data set against a data-set condition. */
export function matchDataSet(dataSet: DataSet, wanted: DataSetCondition): Verdict {
  const name = `data set "${dataSet.title}"`;
  const verdicts: Verdict[] = [];
  if (wanted.role) {
    const why = `${name} is held as ${dataSet.role}`;
    verdicts.push(dataSet.role === wanted.role ? yes(why) : no(why));
  }
  if (wanted.risk) {
    const why = {
      unlikely: 'a risk is unlikely',
      risk: 'a risk is likely',
      high: 'a high risk is likely',
      unknown: '',
    };
    if (dataSet.risk === 'unknown') verdicts.push(undecided(`the risk for ${name} is not yet assessed`));
    else verdicts.push({ value: wanted.risk.includes(dataSet.risk), because: [`${why[dataSet.risk]} for ${name}`] });
  }
  if (wanted.significantHarm) {
    const answer = dataSet.significantHarm;
    if (answer === 'unknown')
      verdicts.push(undecided(`significant harm (PIPEDA s. 10.1) is not yet assessed for ${name}`));
    else verdicts.push({ value: answer === 'yes', because: [`significant harm for ${name}: ${answer}`] });
  }
  if (wanted.residence || wanted.residenceOtherThan) verdicts.push(residence(dataSet, wanted, name));
  const failed = verdicts.find((verdict) => verdict.value === false);
  if (failed) return failed;
  const open = verdicts.filter((verdict) => verdict.value === undefined);
  if (open.length > 0) return { value: undefined, because: open.flatMap((verdict) => verdict.because) };
  return { value: true, because: verdicts.flatMap((verdict) => verdict.because) };
}

function residence(dataSet: DataSet, wanted: DataSetCondition, name: string): Verdict {
  const countries = residenceCountries(dataSet);
  const matching = countries.filter((country) => inRegion(country, wanted));
  if (matching.length > 0) return yes(`people in ${matching.join(', ')} are in ${name}`);
  const { unknown = 0 } = dataSet.residence;
  if (Object.keys(dataSet.residence).length === 0 || unknown !== 0) {
    return undecided(`where the people in ${name} live is not yet established`);
  }
  return no(`the people in ${name} live in ${countries.join(', ') || 'none of the countries named'}`);
}

/** Countries with at least one (or an unknown number of) affected individuals; `unknown` left out. */
export function residenceCountries(dataSet: DataSet): string[] {
  return Object.entries(dataSet.residence)
    .filter(([country, count]) => country !== 'unknown' && count !== 0)
    .map(([country]) => country)
    .sort();
}

/** True when a country falls into the region that a condition or an audience names. */
export function inRegion(
  country: string,
  region: { residence?: string[] | undefined; residenceOtherThan?: string[] | undefined },
): boolean {
  const inside =
    !region.residence || region.residence.some((r) => (r === 'EEA' ? EEA.includes(country) : r === country));
  return inside && !region.residenceOtherThan?.includes(country);
}

/**
 * The data sets that a rule is about: those that meet its condition or, while undecided, may meet it. A report to an
 * authority counts the data held as controller, a notice to a controller the data held for it.
 */
export function dataSetsOf(rule: ObligationRule, pack: PolicyPack, state: IncidentState): DataSet[] {
  const wanted = dataSetConditions(rule.appliesWhen, pack);
  return (state.assessment?.facts.dataSets ?? []).filter(
    (dataSet) => wanted.length === 0 || wanted.some((condition) => matchDataSet(dataSet, condition).value !== false),
  );
}

function dataSetConditions(condition: Condition, pack: PolicyPack): DataSetCondition[] {
  if ('dataSet' in condition) return [condition.dataSet];
  if ('waived' in condition) {
    const replaced = ruleOf(pack, condition.waived);
    return replaced ? dataSetConditions(replaced.appliesWhen, pack) : [];
  }
  const parts = 'all' in condition ? condition.all : 'any' in condition ? condition.any : [];
  return parts.flatMap((part) => dataSetConditions(part, pack));
}
