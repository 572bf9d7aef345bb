/**
 * `npm start [-- --port N]`: from a fresh clone to the app in a browser, in one command. Installs and builds what is
 * missing or out of date, serves the build and models/ until Ctrl+C.
 */
import { buildIfStale } from './build.mjs';
import { checkNode, fail, installPackages, root } from './packages.mjs';

/** Where to begin to look for a free port when none is asked for. */
const FIRST_PORT = 4173;

const asked = askedPort(process.argv.slice(2));
checkNode();
installPackages();
buildIfStale();

const { preview } = await import('vite');
const port = asked ?? FIRST_PORT;
const open = process.stdout.isTTY && !process.env.CI;
try {
  const server = await preview({
    root,
    logLevel: 'warn',
    preview: { port, strictPort: asked !== null, open },
  });
  console.log(`Drobė is at ${server.resolvedUrls?.local[0]}  (Ctrl+C stops it)`);
} catch (error) {
  if (!/already in use/.test(String(error))) throw error;
  fail(`Port ${port} is in use. Choose another: npm start -- --port ${port + 1}`);
}

/**
 * The number after --port (or in --port=N); null when there is none.
 *
 * @param {string[]} args
 */
function askedPort(args) {
  const [flag, value] = args.flatMap((arg) => arg.split('='));
  if (flag === undefined) return null;
  const port = Number(value);
  const good = flag === '--port' && Number.isInteger(port) && port > 0 && port < 65536;
  return good ? port : fail('Usage: npm start [-- --port N], N from 1 to 65535');
}
