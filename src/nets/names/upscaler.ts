/**
 * The names of an upscaler's tensors in one form: Real-ESRGAN's for what ESRGAN is made of, SPSR's own for its second
 * branch. Compact has one naming.
 */
import { renamer, type Pair } from './renamer';

/** Wrappers in which training programs save a net; if a file has both, the averaged weights are used. */
const AVERAGED = /^params[_-]ema\./;
const WRAPPERS =
  /^(?:params(?:[_-]ema)?|(?:model_)?state_dict|module|_orig_mod|netG|net_g|generator|net|model(?!\.\d))\./;

/** Other programs' names, and the normal form, a row each; names that a row does not match go on to the next. */
const ROWS: readonly (readonly [theirs: RegExp, normal: string])[] = [
  // ESRGAN as BasicSR had it at first, BSRGAN, RealSR
  [/^RRDB_trunk\.(\d+)\.RDB(\d)\./, 'body.$1.rdb$2.'],
  [/^trunk_conv\./, 'conv_body.'],
  [/^upconv(\d)\./, 'conv_up$1.'],
  [/^HRconv\./, 'conv_hr.'],
  // ESRGAN and ESRGAN+ as they were published
  [/^model\.0\./, 'conv_first.'],
  [/^model\.1\.sub\.(\d+)\.RDB(\d)\.(conv\d(?:x1)?)\.(?:0\.)?/, 'body.$1.rdb$2.$3.'],
  [/^model\.1\.sub\.\d+\./, 'conv_body.'],
  // SPSR
  [/^HR_conv0_new\.0\./, 'conv_hr.'],
  [/^HR_conv1_new\.0\./, 'conv_last.'],
  [/^([bf]_block(?:_\d)?)\.RDB(\d)\.(conv\d)\.0\./, '$1.rdb$2.$3.'],
  [/^((?:[bf]_[A-Za-z\d_]*(?:conv|concat)[\d_]*)|conv_w)\.0\./, '$1.'],
];

/** A file's tensors in normal form; other facts about them are kept. */
export function upscalerForm<T>(file: ReadonlyMap<string, T>): Map<string, T & { readonly name: string }> {
  const averaged = [...file.keys()].some((name) => AVERAGED.test(name));
  const kept = [...file].filter(([name]) => !averaged || AVERAGED.test(name));
  const lead = leadOf(kept.map(([name]) => unwrapped(name)));
  const own = new Map(
    kept.map(([name, tensor]) => [unwrapped(name).slice(lead.length), { ...tensor, name }]),
  );
  const named = renamer(tailPairs([...own.keys()]), 'normal');
  return new Map([...own].map(([name, tensor]) => [named(name) ?? inForm(name), tensor]));
}

/** The first tensor of a net, in any naming, behind any beginning. */
const FIRST = /^(|.*\.)(?:conv_first|model\.0|body\.0)\.weight$/;

/** An unknown beginning that all names share. */
function leadOf(names: readonly string[]): string {
  const leads = names.flatMap((name) => FIRST.exec(name)?.[1] ?? []);
  return leads.find((lead) => names.every((name) => name.startsWith(lead))) ?? '';
}

function unwrapped(name: string): string {
  let rest = name;
  while (WRAPPERS.test(rest)) rest = rest.replace(WRAPPERS, '');
  return rest;
}

function inForm(name: string): string {
  const row = ROWS.find(([theirs]) => theirs.test(name));
  return row ? name.replace(...row) : name;
}

/** Convolutions that enlarge, and the two after them, are numbered in one row together with modules without weights. */
function tailPairs(names: readonly string[]): Pair[] {
  const branch = numbersIn(names, /^b_module\.(\d+)\.weight$/);
  const main = numbersIn(names, /^model\.(\d+)\.weight$/).filter((number) => number > 1);
  // SPSR's main branch ends elsewhere: only the first of its last convolutions is in the row.
  const ups = branch.length > 0 ? branch.length - 2 : main.length - 2;
  const pairsOf = (row: readonly number[], theirs: string, normal: string): Pair[] =>
    row.map((number, i): Pair => {
      const role = i < ups ? `up${i + 1}` : (['hr', 'last'][i - ups] ?? number);
      return [`${normal}conv_${role}`, `${theirs}.${number}`];
    });
  return [...pairsOf(main, 'model', ''), ...pairsOf(branch, 'b_module', 'b_')];
}

function numbersIn(names: readonly string[], pattern: RegExp): number[] {
  return names
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}
