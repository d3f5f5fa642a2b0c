/** A loader of webpack: each module that it is used for freezes what it exports, once all of that is there. */
import path from 'node:path';

const FREEZE = path.join(__dirname, '..', 'domain', 'kernel', 'freeze-plain.js');

interface LoaderContext {
  callback(error: Error | null, code: string, sourceMap?: unknown): void;
}

/** See https://webpack.js.org/api/loaders */
export default function freezing(this: LoaderContext, code: string, sourceMap?: unknown): void {
  this.callback(null, `${code}\nrequire(${JSON.stringify(FREEZE)}).freezePlain(exports);\n`, sourceMap);
}
