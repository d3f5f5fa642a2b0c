/** The table "Each attack and its test" of docs/threat-model.md. */
'use strict';

/** @returns {{ attack: string, file: string, test: string }[]} */
exports.attacksOf = function attacksOf(model) {
  const section = model.split('\n## ').find((part) => part.startsWith('Each attack and its test'));
  return [...section.matchAll(/^\| (.+?) \| `(test\/[^`]+)` \| (.+?) \|$/gm)].map(([, attack, file, test]) => ({
    attack,
    file,
    test,
  }));
};
