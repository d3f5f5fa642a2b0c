// Compiles each module once in a process that runs many test files, each of which has a context and modules of its own: what V8
// compiled of a script serves all contexts. jest compiles each anew for each file, which took longer than to run what it holds.
'use strict';
const vm = require('node:vm');

const { compileFunction } = vm;
const compiled = new Map();

vm.compileFunction = function compileOnce(code, params, options) {
  const { filename, parsingContext, columnOffset, lineOffset } = options ?? {};
  if (!filename || !parsingContext || columnOffset || lineOffset) return compileFunction(code, params, options);
  const head = `(function (${(params ?? []).join(',')}) {`;
  let known = compiled.get(filename);
  if (known?.code !== code || known.head !== head) {
    const script = new vm.Script(`${head}${code}\n})`, { filename, columnOffset: -head.length });
    known = { code, head, script };
    compiled.set(filename, known);
  }
  return known.script.runInContext(parsingContext);
};
